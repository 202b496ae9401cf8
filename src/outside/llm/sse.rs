//! Server-sent events, parsed as they come (WHATWG HTML §9.2): bytes in, events out, wherever the pieces are cut.

/// What is read of a stream so far.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The line that has begun.
    line: Vec<u8>,
    /// The last byte was a carriage return, so a line feed now ends nothing more.
    returned: bool,
    /// The event that has begun.
    data: Option<String>,
    began: bool,
}

impl Events {
    /// Takes a piece, and tells `each` the data of every event that ends in it.
    pub(super) fn take(&mut self, piece: &[u8], mut each: impl FnMut(&str)) {
        for byte in piece {
            let after_return = std::mem::replace(&mut self.returned, *byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.line_ends(&mut each),
                other => self.line.push(*other),
            }
        }
    }

    fn line_ends(&mut self, each: &mut impl FnMut(&str)) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let first = !std::mem::replace(&mut self.began, true);
        let line = if first { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
        if line.is_empty() {
            if let Some(data) = self.data.take() {
                each(&data);
            }
            return;
        }
        // What kind of event it is, its data says too. A comment has no name.
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(pieces: &[&[u8]]) -> Vec<String> {
        let (mut events, mut found) = (Events::default(), Vec::new());
        for piece in pieces {
            events.take(piece, |data| found.push(data.to_owned()));
        }
        found
    }

    #[test]
    fn a_stream_may_be_cut_anywhere_and_end_its_lines_in_any_way() {
        let text =
            "\u{feff}event: x\ndata: {\"é\":1}\n\n: hb\n\ndata:a\ndata:  b\nid: 7\n\nretry: 3\ndata\n\ndata: lost";
        let wanted = ["{\"é\":1}", "a\n b", ""];
        for end in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', end);
            let bytes = text.as_bytes();
            for at in 0..=bytes.len() {
                assert_eq!(events(&[&bytes[..at], &bytes[at..]]), wanted, "{end:?} {at}");
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(events(&single), wanted);
        }
    }

    #[test]
    fn what_is_no_stream_is_no_event() {
        assert_eq!(events(&[b"{\"data\": 1}\n\n<html>\xff\xfe\n\n\0\0\n\n"]), [""; 0]);
    }
}
