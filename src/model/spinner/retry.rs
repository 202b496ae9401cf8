//! `[record_retry]`, and `retry` of a step: how often something is tried, and how long it rests between.

use crate::model::document::{Complaints, Fields, Node, Placed};
use crate::model::time::{self, Millis};

/// How often something is tried, and how long it rests between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all, the first included.
    pub attempts: u32,
    /// How the rest grows.
    pub backoff: Backoff,
    /// The rest after the first try.
    pub first: Millis,
    /// The longest rest.
    pub max: Millis,
}

/// How the rest between tries grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// It doubles.
    Exponential,
    /// It stays.
    Constant,
}

impl Retry {
    /// For a step that acts on the world and does not say: what fails for a moment is tried again.
    pub const USUAL: Retry =
        Retry { attempts: 3, backoff: Backoff::Exponential, first: Millis(500), max: Millis(30_000) };

    /// Reads the table; a complaint when it cannot be.
    pub fn read(node: Placed<Node>, owner: &str, complaints: &mut Complaints) -> Option<Retry> {
        let spot = node.spot;
        let mut fields = Fields::of(node, owner, complaints);
        let attempts = fields.integer("attempts");
        let backoff = fields.text("backoff");
        let first = fields.text("first");
        let max = fields.text("max");
        fields.finish();
        let mut span = |text: Option<Placed<String>>, usual| match text {
            None => usual,
            Some(text) => time::duration(&text.value).unwrap_or_else(|why| {
                complaints.error(text.spot, why, None);
                usual
            }),
        };
        let (first, max) = (span(first, Millis(500)), span(max, Millis(30_000)));
        let backoff = match backoff.as_ref().map(|text| text.value.as_str()) {
            None | Some("exponential") => Backoff::Exponential,
            Some("constant") => Backoff::Constant,
            Some(other) => {
                let hint = Some("use \"exponential\" or \"constant\"".to_owned());
                let spot = backoff.as_ref().map_or(spot, |text| text.spot);
                complaints.error(spot, format!("`{other}` is not a way to wait between tries"), hint);
                Backoff::Exponential
            }
        };
        let (given, place) =
            attempts.map_or((None, spot), |attempts| (u32::try_from(attempts.value).ok(), attempts.spot));
        match given {
            Some(attempts @ 1..=100) => Some(Retry { attempts, backoff, first, max }),
            Some(_) | None => {
                let hint = Some("`attempts = 2` tries once more".to_owned());
                complaints.error(place, format!("{owner} needs `attempts`, a whole number from 1 to 100"), hint);
                None
            }
        }
    }

    /// The rest after so many tries, from 1; nothing when there is no further try.
    #[must_use]
    pub fn after(&self, tries: u32) -> Option<Millis> {
        if tries >= self.attempts {
            return None;
        }
        let grown = match self.backoff {
            Backoff::Constant => self.first.0,
            Backoff::Exponential => self.first.0.saturating_mul(1 << tries.saturating_sub(1).min(32)),
        };
        Some(Millis(grown.min(self.max.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_doubles_up_to_its_longest() {
        let retry = Retry { attempts: 5, backoff: Backoff::Exponential, first: Millis(500), max: Millis(1_500) };
        let rests: Vec<_> = (1..=5).map(|tries| retry.after(tries).map(|rest| rest.0)).collect();
        assert_eq!(rests, [Some(500), Some(1_000), Some(1_500), Some(1_500), None]);
        let constant = Retry { backoff: Backoff::Constant, ..retry };
        assert_eq!(constant.after(4), Some(Millis(500)));
        assert_eq!(Retry { attempts: 100, ..retry }.after(99), Some(Millis(1_500)), "it does not overflow");
    }
}
