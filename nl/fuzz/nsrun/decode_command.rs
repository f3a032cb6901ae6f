//! `nsrun decode`.

use nl::Protocol;
use nsrun::annotate;
use serde_json::Value;

/// What `nsrun decode` makes of any input, as text and as JSON, of every family.
pub fn decode_command(data: &[u8]) {
    let (bytes, flaw) = annotate::bytes(data);
    assert!(flaw.is_none_or(|flaw| flaw.offset <= data.len()));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
    assert_eq!(annotate::bytes(hex.as_bytes()), (bytes.clone(), None), "written and read");
    // The length chooses: every recording is tried with each in some input that the fuzzer makes.
    let protocol = Protocol::ALL[data.len() % Protocol::ALL.len()];
    let text = annotate::text(protocol, &bytes);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "text moves the cursor");
    assert_eq!(shown(&text), bytes, "a byte is not shown, or twice");

    let json = annotate::json(protocol, &bytes);
    assert_eq!(errors(&json) > 0, annotate::broken(protocol, &bytes).is_some());
    let written = json.to_string();
    assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), json);
}

/// The bytes in the columns of hex digits.
fn shown(text: &str) -> Vec<u8> {
    let columns = text.lines().map(|line| line.get(7..30.min(line.len())).unwrap_or_default());
    let digits = columns.flat_map(str::split_ascii_whitespace);
    digits.map(|byte| u8::from_str_radix(byte, 16).expect("a byte")).collect()
}

/// How many things cannot be read at all.
fn errors(json: &Value) -> usize {
    let Some(items) = json.as_array() else { return 0 };
    items
        .iter()
        .map(|item| {
            let own = item["error"].as_str().is_some_and(|error| error != "wrong size");
            usize::from(own) + errors(&item["items"])
        })
        .sum()
}
