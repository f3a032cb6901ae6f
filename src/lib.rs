//! Runs processes in network namespaces that are already wired up.
//!
//! ```text
//! nl  <-  sys, annotate  <-  kernel  <-  dns  <--+
//! spec  <-  facts  <-  plan  <-------------------+-- apply  <-  commands  <-  main
//!                                                +-- ip     <--+
//!                                                          cli  <----+
//! ```

// They end the process where nobody reads them; error::say and commands::print do not.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod annotate;
pub mod apply;
pub mod cli;
pub mod commands;
pub mod dns;
pub mod error;
pub mod facts;
pub mod ip;
pub mod kernel;
pub mod plan;
pub mod spec;
pub mod sys;
