//! The fuzz targets of nsrun over their corpus, on the stable toolchain.

#[path = "../nl/fuzz/nsrun/mod.rs"]
#[allow(unreachable_pub)]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn every_target_takes_its_whole_corpus() {
    type Target = fn(&[u8]);
    let targets: [(&str, Target); 5] = [
        ("command_line", targets::command_line),
        ("decode_command", targets::decode_command),
        ("dns_query", targets::dns_query),
        ("network_file", targets::network_file),
        ("values", targets::values),
    ];
    for (name, target) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("nl/fuzz/corpus").join(name);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
        paths.sort();
        assert!(paths.len() >= 10, "{name} has no corpus");
        for path in paths {
            let bytes = fs::read(path).expect("its bytes");
            target(&bytes);
            // Cut anywhere, too.
            target(&bytes[..bytes.len() / 2]);
            target(&bytes[..bytes.len().saturating_sub(3)]);
        }
    }
}
