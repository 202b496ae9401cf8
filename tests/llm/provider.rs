//! A provider of our own: it answers as the test says, and keeps what it was asked. Not a real one, and not a third
//! party's: what the published schemas say is held in `published.rs`.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A request as it was seen.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What it does with a request.
#[derive(Clone)]
pub(crate) enum Does {
    /// Answers with a status, headers and a body.
    Says(u16, Vec<(&'static str, &'static str)>, String),
    /// Answers in pieces, as a stream, and ends it well.
    Streams(Vec<String>),
    /// The same, and breaks it off.
    BreaksOff(Vec<String>),
    /// Promises more than it says, closes its half, and reads on.
    HalfCloses(String),
    /// Says nothing for ever.
    Hangs,
}

type Behave = dyn Fn(&Seen, usize) -> Does + Send + Sync;

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Provider {
    pub(crate) fn start(behave: impl Fn(&Seen, usize) -> Does + Send + Sync + 'static) -> Provider {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (kept, behave): (_, Arc<Behave>) = (Arc::clone(&seen), Arc::new(behave));
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (kept, behave) = (Arc::clone(&kept), Arc::clone(&behave));
                std::thread::spawn(move || while serve(&socket, &kept, &*behave).is_some() {});
            }
        });
        Provider { port, seen }
    }

    /// One that does these in turn, and the last of them from then on.
    pub(crate) fn doing(turns: Vec<Does>) -> Provider {
        Provider::start(move |_, nth| turns[nth.min(turns.len() - 1)].clone())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(mut socket: &TcpStream, kept: &Mutex<Vec<Seen>>, behave: &Behave) -> Option<()> {
    let request = read(socket)?;
    let nth = {
        let mut kept = kept.lock().unwrap();
        kept.push(request.clone());
        kept.len() - 1
    };
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let stream = |pieces: &[String]| {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
        head + &pieces.iter().map(|piece| chunk(piece)).collect::<String>()
    };
    match behave(&request, nth) {
        Does::Says(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
            head += &headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
            socket.write_all(format!("{head}\r\n{body}").as_bytes()).ok()
        }
        Does::Streams(pieces) => socket.write_all(format!("{}0\r\n\r\n", stream(&pieces)).as_bytes()).ok(),
        Does::BreaksOff(pieces) => {
            socket.write_all(stream(&pieces).as_bytes()).ok()?;
            socket.shutdown(Shutdown::Both).ok()?;
            None
        }
        Does::HalfCloses(body) => {
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len() + 9);
            socket.write_all(format!("{head}\r\n{body}").as_bytes()).ok()?;
            socket.shutdown(Shutdown::Write).ok()?;
            until_closed(socket);
            None
        }
        Does::Hangs => {
            until_closed(socket);
            None
        }
    }
}

fn until_closed(mut socket: &TcpStream) {
    let mut rest = [0; 4096];
    while socket.read(&mut rest).is_ok_and(|count| count > 0) {}
}

fn read(mut socket: &TcpStream) -> Option<Seen> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let path = head.split(' ').nth(1)?.to_owned();
    let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: Vec<_> = head.lines().skip(1).filter_map(pair).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    socket.read_exact(&mut body).ok()?;
    Some(Seen { path, headers, body: serde_json::from_slice(&body).unwrap() })
}

/// JSON with a status of 200.
pub(crate) fn says(body: &Value) -> Does {
    Does::Says(200, vec![("Content-Type", "application/json")], body.to_string())
}

/// An error.
pub(crate) fn fails(status: u16, body: &str) -> Does {
    Does::Says(status, vec![("Content-Type", "application/json")], body.to_owned())
}

/// A chat completion of these words.
pub(crate) fn chat(words: &str, finish: &str) -> Does {
    says(&json!({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "m-2026",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": words }, "finish_reason": finish }],
        "usage": { "prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14 },
    }))
}

/// A message of these words.
pub(crate) fn message(words: &str, stop: &str) -> Does {
    says(&json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m-2026", "stop_reason": stop,
        "stop_sequence": null, "content": [{ "type": "text", "text": words }],
        "usage": { "input_tokens": 11, "output_tokens": 3 },
    }))
}

/// The events of a streamed chat completion, one for each piece.
pub(crate) fn chat_events(pieces: &[&str]) -> Vec<String> {
    let event = |value: Value| format!("data: {value}\n\n");
    let piece =
        |words: &&str| event(json!({ "model": "m-2026", "choices": [{ "index": 0, "delta": { "content": words } }] }));
    let mut events: Vec<_> = pieces.iter().map(piece).collect();
    events.push(event(json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] })));
    events.push(event(json!({ "choices": [], "usage": { "prompt_tokens": 11, "completion_tokens": 3 } })));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// The events of a streamed message, one for each piece.
pub(crate) fn message_events(pieces: &[&str]) -> Vec<String> {
    let event = |kind: &str, mut value: Value| {
        value["type"] = kind.into();
        format!("event: {kind}\ndata: {value}\n\n")
    };
    let start = json!({ "message": { "model": "m-2026", "usage": { "input_tokens": 11, "output_tokens": 1 } } });
    let mut events = vec![event("message_start", start), event("ping", json!({}))];
    let delta = |words: &&str| json!({ "index": 0, "delta": { "type": "text_delta", "text": words } });
    events.extend(pieces.iter().map(|words| event("content_block_delta", delta(words))));
    events.push(event(
        "message_delta",
        json!({ "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 3 } }),
    ));
    events.push(event("message_stop", json!({})));
    events
}
