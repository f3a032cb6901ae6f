//! Messages in words.

use nl::Protocol;
use nl::annotate::{Annotation, DEPTH, Label};

/// Any bytes in words; nothing outside the bytes, nothing lost, no end missing.
pub fn annotate(data: &[u8]) {
    for protocol in Protocol::ALL {
        let mut most = 16 + 16 * data.len();
        let mut before = 0;
        for item in Annotation::new(protocol, data) {
            most = most.checked_sub(1).expect("it goes on for ever");
            assert!(item.depth <= DEPTH && item.offset <= data.len() + 16);
            assert!(item.depth <= before + 1, "a level was left out");
            assert!(!matches!(item.label, Label::Message(_)) || item.depth <= DEPTH);
            before = item.depth;
        }
        let text = Annotation::new(protocol, data).to_string();
        assert!(data.is_empty() || !text.is_empty());
    }
}
