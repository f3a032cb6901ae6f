//! Runs processes in network namespaces that are already wired up.
//!
//! ```text
//! nl  <-  sys, annotate  <-  kernel  <-  dns  <--+
//! spec  <-  facts  <-  plan  <-------------------+-- apply  <-  commands  <-  main
//!                                                +-- ip     <--+
//!                                                          cli  <----+
//! ```

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
