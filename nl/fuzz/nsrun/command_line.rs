//! The words after `nsrun`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use nsrun::cli::{self, What, help};

/// Any words after `nsrun`, also such as are not UTF-8.
pub fn command_line(data: &[u8]) {
    // A word ends where its NUL is.
    let words: Vec<OsString> =
        data.split(|&byte| byte == 0).map(|word| OsString::from_vec(word.to_vec())).collect();
    match cli::parse(words.iter().cloned()) {
        Ok(invocation) => {
            let help = help::command(invocation.command, &invocation.path, help::Style::Plain);
            assert!(help.contains(invocation.command.name), "{:?}", invocation.path);
            let operands = invocation.args.operands();
            let mut left = words.iter();
            let kept = operands.iter().all(|operand| left.any(|word| word == operand));
            assert!(kept, "{operands:?} are not words of {words:?}");
            // What is launched gets all that follows it, options or not.
            if invocation.what == What::Run && invocation.path == "run" {
                assert!(words.ends_with(operands) && !operands.is_empty());
            }
        }
        Err(usage) => {
            let text = usage.to_string();
            assert!(!usage.message.is_empty() && !usage.hint.is_empty());
            assert_eq!(text.lines().count(), 2, "{text:?}");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}
