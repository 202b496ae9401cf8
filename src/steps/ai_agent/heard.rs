//! An answer while it is being said: shown and kept in whole lines and sentences, and never a part of a secret.

use crate::engine::{Live, Scope};
use crate::model::id::RecordId;
use crate::model::secrets::Secrets;

/// A line that never ends is shown in parts of about so many bytes.
const LONGEST: usize = 2_000;

/// So much longer than a secret is what says it in other words: percents, escapes of JSON, base64.
const SPREAD: usize = 8;

/// What was heard so far.
pub(super) struct Heard {
    live: Live,
    record: RecordId,
    secrets: Secrets,
    /// Said and not shown yet.
    text: String,
    /// So much is held back, because a secret may begin in it.
    back: usize,
    /// A secret was said, so no more is shown: the log has the answer, scrubbed.
    muted: bool,
    kept: Vec<String>,
}

impl Heard {
    pub(super) fn new(scope: &Scope) -> Heard {
        let secrets = scope.job.secrets.clone();
        let back = secrets.longest() * SPREAD;
        let (text, kept) = (String::new(), Vec::new());
        Heard { live: scope.job.live.clone(), record: scope.record, secrets, text, back, muted: false, kept }
    }

    /// Takes a piece, and shows the lines and sentences that are whole.
    pub(super) fn take(&mut self, piece: &str) {
        if self.muted {
            return;
        }
        self.text.push_str(piece);
        if self.secrets.found_in(&self.text).is_some() {
            self.muted = true;
            self.text.clear();
            return;
        }
        let free = self.text.len().saturating_sub(self.back);
        if let Some(end) = end_of_line(&self.text, free) {
            let rest = self.text.split_off(end);
            let whole = std::mem::replace(&mut self.text, rest);
            self.show(whole);
        }
    }

    /// The answer has ended. What the log is to keep of it.
    pub(super) fn end(&mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.text);
        if !rest.is_empty() && !self.muted {
            self.show(rest);
        }
        self.muted = false;
        std::mem::take(&mut self.kept)
    }

    fn show(&mut self, whole: String) {
        if let Some(show) = &self.live.show {
            whole.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| show.line(self.record, line));
        }
        if self.live.keep {
            self.kept.push(whole);
        }
    }
}

/// Where the last line or sentence ends that ends within so many bytes.
fn end_of_line(text: &str, free: usize) -> Option<usize> {
    let free = (0..=free).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let within = &text[..free];
    let line = within.rfind('\n').map(|at| at + 1);
    let sentence = [". ", "! ", "? "].into_iter().filter_map(|end| within.rfind(end)).max().map(|at| at + 2);
    let part = || (free >= LONGEST).then(|| within.rfind(' ').map_or(free, |at| at + 1));
    line.max(sentence).or_else(part)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use zeroize::Zeroizing;

    use super::*;
    use crate::engine::{JobFacts, Show};
    use crate::model::id::{JobId, RowId};
    use crate::model::params::Params;

    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);

    impl Show for Lines {
        fn line(&self, record: RecordId, line: &str) {
            self.0.lock().unwrap().push(format!("{record} {line}"));
        }
    }

    /// What is shown and kept of pieces.
    fn heard(secrets: &[(&str, &str)], pieces: &[&str]) -> (Vec<String>, Vec<String>) {
        let lines = Arc::new(Lines::default());
        let live = Live { show: Some(Arc::clone(&lines) as Arc<dyn Show>), keep: true };
        let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), Zeroizing::new((*value).to_owned())));
        let job = Arc::new(JobFacts { live, secrets: Secrets::new(secrets), ..JobFacts::default() });
        let record = RecordId { job: JobId(3), row: RowId(17) };
        let mut heard = Heard::new(&Scope { job, record, attempt: 1, params: Params::none(), steps: Vec::new() });
        pieces.iter().for_each(|piece| heard.take(piece));
        let kept = heard.end();
        (std::mem::take(&mut *lines.0.lock().unwrap()), kept)
    }

    #[test]
    fn whole_lines_and_sentences_are_shown_and_all_is_kept() {
        let (shown, kept) = heard(&[], &["Hel", "lo Ada", ". How a", "re you?\n\nB", "ye"]);
        assert_eq!(kept, ["Hello Ada. ", "How are you?\n\n", "Bye"]);
        assert_eq!(shown, ["3/17 Hello Ada.", "3/17 How are you?", "3/17 Bye"]);
        let long = "é".repeat(3_000);
        assert_eq!(heard(&[], &[&long]).1.concat(), long);
    }

    #[test]
    fn no_part_of_a_secret_is_shown_however_it_is_cut() {
        let value = "Correct. Horse battery\nstaple?";
        for text in
            [format!("Your key is {value} and so on. More. "), "Correct. Horse%20battery%0Astaple%3F".to_owned()]
        {
            let pieces: Vec<String> = text.chars().map(String::from).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (shown, kept) = heard(&[("key", value)], &pieces);
            assert!(!shown.concat().contains("Corr") && !kept.concat().contains("Corr"), "{shown:?} {kept:?}");
        }
        let clean = "One sentence. And another one that is a little longer than the first. End.";
        assert_eq!(heard(&[("key", value)], &[clean]).1.concat(), clean);
    }
}
