//! The fuzz targets of the codec over their corpus and over every recording, on the stable toolchain.

#[path = "../fuzz/codec/mod.rs"]
#[allow(unreachable_pub)]
mod codec;

use std::fs;
use std::path::Path;

#[test]
fn every_target_takes_every_recording_and_its_whole_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let recordings = files(&root.join("../fixtures/nl"));
    type Target = fn(&[u8]);
    let targets: [(&str, Target); 5] = [
        ("decode", codec::decode),
        ("reencode", codec::reencode),
        ("roundtrip", codec::roundtrip),
        ("ack", codec::ack),
        ("annotate", codec::annotate),
    ];
    for (name, target) in targets {
        let corpus = files(&root.join("fuzz/corpus").join(name));
        assert!(corpus.len() >= 10, "{name} has no corpus");
        for path in corpus.iter().chain(&recordings).filter(|path| path.is_file()) {
            let bytes = fs::read(path).unwrap();
            target(&bytes);
            // Cut anywhere, too.
            target(bytes.get(..bytes.len() / 2).unwrap_or_default());
            target(bytes.get(..bytes.len().saturating_sub(3)).unwrap_or_default());
        }
    }
}
