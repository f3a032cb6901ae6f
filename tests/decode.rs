//! `nsrun decode`: recordings of real traffic in words and as JSON, and bytes that are none.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use nsrun::annotate;
use serde_json::Value;

fn fixture(name: &str) -> String {
    format!("{}/fixtures/nl/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn nsrun(words: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_nsrun"))
        .arg("decode")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nsrun");
    // It does not read where it is given words; then nobody takes this.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("its end")
}

/// What it prints when all is well.
#[track_caller]
fn decoded(words: &[&str], input: &[u8]) -> String {
    let output = nsrun(words, input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

/// What it prints when something is wrong, on standard output and on standard error.
#[track_caller]
fn refused(words: &[&str], input: &[u8], code: i32) -> (String, String) {
    let output = nsrun(words, input);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    assert_eq!(output.status.code(), Some(code), "{words:?}");
    (text(output.stdout), text(output.stderr))
}

fn json(words: &[&str], file: &str) -> Vec<Value> {
    let text = decoded(&[words, &["--json", &fixture(file)]].concat(), b"");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    value.as_array().expect("a list of messages").clone()
}

/// The item of that name inside `of`.
fn item<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of["items"].as_array()?.iter().find(|item| item["name"] == name)
}

fn value(of: &Value, name: &str) -> Value {
    item(of, name).map(|item| item["value"].clone()).unwrap_or_default()
}

fn said(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture(file)).expect(file);
    serde_json::from_str::<Value>(&text).expect(file).as_array().expect("a list").clone()
}

#[test]
fn addresses_are_those_that_ip_listed() {
    let own: BTreeSet<_> = json(&[], "addr-all.bin")
        .iter()
        .filter(|message| message["name"] == "RTM_NEWADDR")
        .map(|message| {
            let local = item(message, "LOCAL").or_else(|| item(message, "ADDRESS"));
            let local = local.expect("an address")["value"].to_string();
            (value(message, "index").to_string(), local, value(message, "prefix_len").to_string())
        })
        .collect();
    let listed: BTreeSet<_> = said("addr-all.ip.json")
        .iter()
        .flat_map(|link| {
            let addresses = link["addr_info"].as_array().cloned().unwrap_or_default();
            let index = link["ifindex"].to_string();
            addresses.into_iter().map(move |address| {
                (index.clone(), address["local"].to_string(), address["prefixlen"].to_string())
            })
        })
        .collect();
    assert!(listed.len() > 3, "{listed:?}");
    assert_eq!(own, listed);
}

#[test]
fn links_are_those_that_ip_listed() {
    let own: Vec<_> = json(&[], "link-stats.bin")
        .iter()
        .filter(|message| message["name"] == "RTM_NEWLINK")
        .map(|link| {
            let flags = item(link, "flags").expect("flags")["flags"].clone();
            let mut flags: Vec<_> =
                flags.as_array().expect("names").iter().map(ToString::to_string).collect();
            flags.retain(|flag| !flag.contains("RUNNING"));
            flags.sort();
            (value(link, "IFNAME"), value(link, "MTU"), value(link, "ADDRESS"), flags)
        })
        .collect();
    let listed: Vec<_> = said("link-stats.ip.json")
        .iter()
        .map(|link| {
            let flags = link["flags"].as_array().expect("flags").iter();
            // What ip makes up itself when the carrier is missing.
            let mut flags: Vec<_> = flags.map(ToString::to_string).collect();
            flags.retain(|flag| !flag.contains("NO-CARRIER"));
            flags.sort();
            (link["ifname"].clone(), link["mtu"].clone(), link["address"].clone(), flags)
        })
        .collect();
    assert!(listed.len() > 3);
    let plain = |list: &[(Value, Value, Value, Vec<String>)]| {
        list.iter().map(|(name, ..)| name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(plain(&own), plain(&listed));
    for (own, listed) in own.iter().zip(&listed) {
        assert_eq!((&own.1, &own.2), (&listed.1, &listed.2), "{}", own.0);
        assert_eq!(own.3, listed.3, "{}", own.0);
    }
}

#[test]
fn tables_and_chains_are_those_that_nft_listed() {
    let text = fs::read_to_string(fixture("nft-ruleset.nft.json")).expect("nft's list");
    let ruleset: Value = serde_json::from_str(&text).expect("JSON");
    let listed = |kind: &str| -> BTreeSet<String> {
        let objects = ruleset["nftables"].as_array().expect("a list").iter();
        objects.filter_map(|it| it.get(kind)).map(|it| it["name"].to_string()).collect()
    };
    for (kind, file, name) in [
        ("table", "nft-tables.bin", "NFT_MSG_NEWTABLE"),
        ("chain", "nft-chains.bin", "NFT_MSG_NEWCHAIN"),
    ] {
        let own: BTreeSet<_> = json(&["--family", "netfilter"], file)
            .iter()
            .filter(|message| message["name"] == name)
            .map(|message| value(message, "NAME").to_string())
            .collect();
        assert!(!own.is_empty(), "{file}");
        assert_eq!(own, listed(kind), "{file}");
    }
}

#[test]
fn unknown_attributes_are_hex_and_addresses_are_text() {
    // RTM_NEWROUTE: a destination, attribute 999, and 1 byte where 4 belong.
    let hex = "34000000 18000506 01000000 00000000 02180000 fe030001 00000000 \
               0800 0100 0a000000 0700 e703 abcdef00 0500 0400 0100 0000";
    let messages: Value = serde_json::from_str(&decoded(&["--json", hex], b"")).expect("JSON");
    let route = &messages[0];
    assert_eq!(route["flags"], serde_json::json!(["REQUEST", "ACK", "EXCL", "CREATE"]));
    assert_eq!(route["value"], 0x605);
    assert_eq!(value(route, "DST"), "10.0.0.0");
    assert_eq!(item(route, "table").expect("a table")["value"], 254);
    let items = route["items"].as_array().expect("items");
    let unknown = items.iter().find(|item| item["type"] == 999).expect("attribute 999");
    assert_eq!((&unknown["name"], &unknown["hex"]), (&Value::Null, &"abcdef".into()));
    assert_eq!(item(route, "OIF").expect("OIF")["error"], "wrong size");
}

#[test]
fn every_way_to_write_bytes_says_the_same() {
    let path = fixture("golden-veth-netns.req.bin");
    let bytes = fs::read(&path).expect("a recording");
    let text = decoded(&[&path], b"");
    assert!(text.contains("NET_NS_FD (28): 4"), "{text}");
    assert!(text.contains("KIND (1): \"veth\""), "{text}");
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let escaped: String = bytes.iter().map(|byte| format!("\\{byte:o}")).collect();
    // An octal escape takes up to three digits: strace fills up where a digit follows.
    let escaped = escaped.replace("\\0\\", "\\000\\");
    let strace = format!("sendto(3, \"{escaped}\", {}, 0, NULL, 0) = 0\n", bytes.len());
    for (words, input) in [
        (vec![], bytes.clone()),
        (vec!["-"], bytes.clone()),
        (vec!["-"], digits.join(" ").into_bytes()),
        (vec!["--family", "route"], digits.join("\n").into_bytes()),
        (vec![], format!("0x{}", digits.join(", 0x")).into_bytes()),
        (vec![], format!("\\x{}", digits.join("\\x")).into_bytes()),
        (vec![], strace.into_bytes()),
        (vec![&*digits.concat().leak()], vec![]),
        (digits.iter().map(String::as_str).collect(), vec![]),
    ] {
        assert_eq!(
            decoded(&words, &input),
            text,
            "{words:?} {:?}",
            String::from_utf8_lossy(&input)
        );
    }
}

#[test]
fn what_comes_before_the_broken_place_is_shown() {
    let path = fixture("trunc-2000.bin");
    let (out, errors) = refused(&[&path], b"", 1);
    assert!(out.contains("RTM_NEWLINK (16)"), "{out}");
    assert_eq!(
        errors,
        format!("nsrun: cannot decode \"{path}\": truncated message at byte 1468: nlmsghdr\n")
    );
    // The second message has an attribute that reaches past its end: byte 20 + 24 of all.
    let hex = "14000000 12000103 01000000 00000000 00000000 \
               1c000000 16000100 02000000 00000000 00000000 00000000 0900 0100";
    let (out, errors) = refused(&[hex], b"", 1);
    assert!(out.contains("RTM_GETLINK (18)") && out.contains("RTM_GETADDR (22)"), "{out}");
    assert!(errors.contains("truncated attribute at byte 44: IFA attribute 1"), "{errors}");
    let (out, errors) = refused(&["-"], b"14000000 12000103 01000000 00000000 00000000 xyz", 1);
    assert!(out.contains("RTM_GETLINK (18) 20 bytes"), "{out}");
    assert!(
        errors.starts_with("nsrun: cannot decode standard input: no hex digit at byte 45\nhint: "),
        "{errors}"
    );
    let (out, errors) = refused(&["--json", "no-such.bin"], b"", 1);
    assert_eq!(out, "[]\n");
    assert!(
        errors.contains("\"no-such.bin\", which is no file: no hex digit at byte 0"),
        "{errors}"
    );
    let (_, errors) = refused(&[], b"", 1);
    assert!(errors.contains("cannot decode standard input: there is nothing in it"), "{errors}");
    let (_, errors) = refused(&["./no-such.bin"], b"", 1);
    assert!(errors.contains("cannot read \"./no-such.bin\": No such file"), "{errors}");
    let (_, errors) = refused(&["/"], b"", 1);
    assert!(errors.contains("cannot read \"/\": Is a directory"), "{errors}");
    let (_, errors) = refused(&["--family", "audit", "00"], b"", 2);
    assert!(errors.contains("give one of route, netfilter, generic"), "{errors}");
}

/// Everything that can be said about bytes; all of them are there in the text, once and in order.
fn look(protocol: &str, bytes: &[u8]) {
    let protocol = annotate::protocol(protocol).expect("a protocol");
    let text = annotate::text(protocol, bytes);
    let digits = text.lines().filter_map(|line| line.get(7..)).flat_map(|line| {
        line.get(..23).unwrap_or(line).split(' ').filter(|digits| !digits.is_empty())
    });
    let shown: Vec<u8> = digits
        .map(|byte| u8::from_str_radix(byte, 16).unwrap_or_else(|_| panic!("{text}")))
        .collect();
    assert!(shown == bytes, "{bytes:02x?} is shown as\n{text}");
    let json = annotate::json(protocol, bytes);
    let broken = annotate::broken(protocol, bytes);
    assert_eq!(broken.is_some(), has_break(&json), "{text}");
    if let Some(broken) = broken {
        assert!(broken.offset as usize <= bytes.len(), "{broken} in {} bytes", bytes.len());
    }
    let (read, flaw) = annotate::bytes(bytes);
    assert!(flaw.is_none_or(|flaw| flaw.offset <= bytes.len()) && read.len() <= bytes.len());
}

fn has_break(json: &Value) -> bool {
    match json {
        Value::Array(items) => items.iter().any(has_break),
        Value::Object(object) => {
            object.get("error").is_some_and(|error| error != "wrong size")
                || object.get("items").is_some_and(has_break)
        }
        _ => false,
    }
}

#[test]
fn no_bytes_are_lost_and_none_bring_it_down() {
    // xorshift64: the same every time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let families = ["route", "netfilter", "generic"];
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..random() % 200).map(|_| random() as u8).collect();
        look(families[random() % 3], &bytes);
        // As text it is hardly ever hex.
        let text: Vec<u8> =
            bytes.iter().map(|byte| b"0123456789abcdefx\\\" .,n"[*byte as usize % 23]).collect();
        let _ = annotate::bytes(&text);
    }
    let mut files: Vec<_> = fs::read_dir(fixture(""))
        .expect("recordings")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .collect();
    files.sort();
    assert!(files.len() > 60);
    for path in files {
        let mut bytes = fs::read(path).expect("a recording");
        bytes.truncate(4096);
        for family in families {
            look(family, &bytes);
        }
        for _ in 0..20 {
            let mut changed = bytes.clone();
            for _ in 0..1 + random() % 4 {
                let at = random() % changed.len();
                changed[at] = random() as u8;
            }
            look(families[random() % 3], &changed);
        }
    }
}
