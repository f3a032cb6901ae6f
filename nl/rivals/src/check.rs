//! Second opinions: every contender must write the same bytes and read the same values.

use crate::codec::{Contender, WORKLOADS};
use crate::fixtures::{Inputs, LINKS, ROUTES};

/// Where the three nests of the message that creates a veth pair have the high byte of their
/// type: 0x80 is `NLA_F_NESTED`, which the kernel does not ask for there and not all set.
const NESTED: [usize; 3] = [63, 79, 83];

/// Compares all contenders with nl.
pub fn all(inputs: &Inputs, contenders: &[Contender]) {
    let nl = contenders.iter().find(|contender| contender.name == "nl").expect("nl");
    let written = |contender: &Contender| [0, 1, 2].map(|n| contender.runs[n](inputs, 2));
    let (ours, read) = (written(nl), (nl.read)(inputs));
    assert_eq!(ours.each_ref().map(Vec::len), [132, 48, 44]);
    assert_eq!(read.each_ref().map(Vec::len), [1, LINKS, ROUTES]);
    for contender in contenders {
        let mut theirs = written(contender);
        for (at, byte) in theirs[0].iter_mut().enumerate() {
            if NESTED.contains(&at) && *byte == 0 {
                *byte = 0x80;
            }
        }
        for ((ours, theirs), workload) in ours.iter().zip(&theirs).zip(&WORKLOADS[..3]) {
            assert_eq!(ours, theirs, "{}: {}", contender.name, workload.title);
        }
        if contender.reads {
            let theirs = (contender.read)(inputs);
            for ((ours, theirs), workload) in read.iter().zip(&theirs).zip(&WORKLOADS[3..]) {
                assert_eq!(ours, theirs, "{}: {}", contender.name, workload.title);
            }
        }
    }
    println!(
        "checked: {} contenders write the same bytes and read the same values",
        contenders.len()
    );
    if cfg!(not(mnl)) {
        println!("skipped: libmnl-dev not installed");
    }
}
