//! Through channels: the token of a provider that echoes it, in what it accepts and in what it refuses.

use serde_json::json;

use super::misbehaving::{Manner, Server, answer};
use super::{Place, canaries};

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let text: String =
            (0..=group.len()).map(|at| char::from(DIGITS[(word >> (18 - 6 * at) & 63) as usize])).collect();
        format!("{text:=<4}")
    };
    bytes.chunks(3).map(group).collect()
}

fn unpacked(text: &str) -> String {
    let six = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".find(c);
    let bits: Vec<u8> =
        text.chars().filter_map(six).flat_map(|n| (0..6).rev().map(move |bit| (n >> bit & 1) as u8)).collect();
    let bytes = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |n, bit| n << 1 | bit)).collect();
    String::from_utf8(bytes).unwrap()
}

/// The messages of one record, over both providers.
const STEPS: &str = "name = \"s\"\n[limits]\nmax_failures = \"100%\"\n\
    [[steps]]\nname = \"text\"\ntype = \"sms\"\nto = \"+491711234567\"\ntext = \"Hello\"\non_failure = \"continue\"\n\
    [[steps]]\nname = \"call\"\ntype = \"voice\"\nto = \"+491711234567\"\nsay = \"Hello\"\non_failure = \"continue\"\n\
    [[steps]]\nname = \"chat\"\ntype = \"whatsapp\"\nto = \"+491711234567\"\ntext = \"Hello\"\non_failure = \"continue\"\n\
    [[steps]]\nname = \"say\"\ntype = \"log\"\nmessage = \"{{ output }}\"\n";

fn settings(base: &str, name: &str) -> String {
    let mut text = String::new();
    for kind in ["sms", "voice"] {
        text += &format!(
            "[channels.{kind}]\nkind = \"{kind}\"\nprovider = \"twilio\"\naccount_sid = \"AC1\"\nauth_token = \"vault:{name}\"\n\
             from = \"+12055550100\"\nbase_url = \"{base}\"\nallow_private = true\n"
        );
    }
    text + &format!(
        "[channels.chat]\nkind = \"whatsapp\"\nprovider = \"meta\"\nphone_number_id = \"1\"\naccess_token = \"vault:{name}\"\n\
         base_url = \"{base}\"\nallow_private = true\n"
    )
}

/// What is only tried says what the other side said, too.
fn tried(place: &mut Place, server: &Server) {
    let before = server.requests();
    for (name, _) in canaries() {
        let crm = format!(
            "[integrations.crm]\nkind = \"http\"\nbase_url = \"{0}\"\nauthorization = \"vault:{name}\"\nallow_private = true\n\
             [integrations.it]\nkind = \"llm\"\nprovider = \"openai\"\nbase_url = \"{0}\"\napi_key = \"vault:{name}\"\n\
             allow_private = true\n",
            server.url("")
        );
        place.write("cxgear.toml", &(settings(&server.url(""), name) + &crm));
        for (object, tried) in [
            ("channel", "sms"),
            ("channel", "voice"),
            ("channel", "chat"),
            ("integration", "crm"),
            ("integration", "it"),
        ] {
            for _ in 0..2 {
                let output = place.run(&["-v", object, "test", tried], "");
                assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
            }
            place.fine(&[object, "list", "--format", "json"], "");
        }
    }
    // Of the twelve the one with a line break can be no header, in three of the five.
    assert_eq!(server.requests() - before, (12 * 5 - 3) * 2);
}

#[test]
fn what_a_provider_is_told_is_nowhere_else() {
    let server = Server::start(|seen, nth| {
        let login = seen.header("authorization").unwrap_or_default().to_owned();
        let (_, held) = login.split_once(' ').unwrap_or_default();
        let plain = if login.starts_with("Basic") { unpacked(held) } else { held.to_owned() };
        let words = format!("{login} is {plain} or {}", base64(plain.as_bytes()));
        // Accepted with an id that tells it, or refused with words that do.
        let accepted = json!({ "sid": words, "status": words, "messages": [{ "id": words }] });
        let refused = json!({ "code": 21_211, "message": words, "error": { "message": words, "code": 100, "error_data": { "details": words } } });
        let kind = [("Content-Type", "application/json")];
        let nameless = String::from_utf8_lossy(&seen.body).contains("Nameless");
        Manner::Answer(match nth % 2 {
            // Taken, it seems, and nobody knows as what: that is told with the beginning of the answer.
            _ if nameless => answer("200 OK", &kind, json!({ "other": words, "more": words }).to_string().as_bytes()),
            0 => answer("201 Created", &kind, accepted.to_string().as_bytes()),
            _ => answer("400 Bad Request", &kind, refused.to_string().as_bytes()),
        })
    });
    let mut place = Place::new("");
    let mut arrivals = 0;
    for (name, value) in canaries() {
        place.write("cxgear.toml", &settings(&server.url(""), name));
        for round in 0..2 {
            // Each is accepted in one round and refused in the other: one more before them turns it round.
            let skip = if round == 0 {
                STEPS.to_owned()
            } else {
                STEPS.replacen("[[steps]]\nname = \"text\"", "[[steps]]\nname = \"first\"\ntype = \"sms\"\nto = \"+491711234567\"\ntext = \"Hello\"\non_failure = \"continue\"\n[[steps]]\nname = \"text\"", 1)
            };
            place.write("s.toml", &skip);
            let before = server.requests();
            let more: &[&str] = if arrivals == 0 { &["t.csv"] } else { &[] };
            place.job("s.toml", more);
            for seen in &server.seen()[before..] {
                let login = seen.header("authorization").unwrap();
                let held = match login.strip_prefix("Basic ") {
                    Some(packed) => unpacked(packed).strip_prefix("AC1:").unwrap().to_owned(),
                    None => login.strip_prefix("Bearer ").unwrap().to_owned(),
                };
                assert_eq!(held.trim(), value.trim(), "{name}");
                arrivals += 1;
            }
        }
    }
    let before = server.requests();
    for (name, _) in canaries() {
        place.write("cxgear.toml", &settings(&server.url(""), name));
        for kind in ["sms", "voice"] {
            let says = if kind == "sms" { "text" } else { "say" };
            let step = format!("type = \"{kind}\"\nto = \"+491711234567\"\n{says} = \"Nameless\"\n");
            place.write("s.toml", &format!("name = \"s\"\n[[steps]]\nname = \"send\"\n{step}"));
            let id = place.job("s.toml", &[]);
            let told = place.journey(&format!("{id}/1")).to_string();
            assert!(told.contains("OUTCOME_UNKNOWN"), "{told}");
        }
    }
    assert_eq!(server.requests() - before, 2 * 12);
    tried(&mut place, &server);
    assert_eq!(arrivals, 12 * (3 + 4) - 2, "a line break cannot be in a bearer's token");
    place.search();
}
