//! Prints a recording in words: `cargo run -p nl --example annotate -- route FILE`.

use std::env;
use std::error::Error;
use std::fs;

use nl::Protocol;
use nl::annotate::Annotation;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let protocol = match arguments.next().as_deref() {
        Some("route") => Protocol::Route,
        Some("netfilter") => Protocol::Netfilter,
        Some("generic") => Protocol::Generic,
        _ => return Err("say route, netfilter or generic, then a file".into()),
    };
    let datagram = fs::read(arguments.next().ok_or("say which file")?)?;
    print!("{}", Annotation::new(protocol, &datagram));
    Ok(())
}
