//! What became of credentials in this run: whoever they are for took them, or did not. Kept until the run is over, and
//! written down once then: it says something about a credential, and nothing about a record.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::call::Answer;
use super::step::{Effect, Stage, Strain};
use crate::model::reason::Reason;

/// What became of credentials in a run. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Uses(Arc<Mutex<BTreeMap<String, Taken>>>);

/// Whether a credential was taken when it was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was.
    Yes,
    /// It was not.
    No,
}

impl Uses {
    /// Takes in what a call came to. A pure one shows its credentials to nobody; of several that a call uses, a refusal
    /// does not tell which was meant.
    pub(super) fn note(&self, stage: &Stage, answer: &Answer) {
        if stage.credentials.is_empty() || stage.work.effect() == Effect::Pure {
            return;
        }
        let taken = match &answer.result {
            Ok(_) => Taken::Yes,
            Err(error) if error.strain == Strain::Refused || error.reason == Reason::Unauthorized => Taken::No,
            Err(_) => return,
        };
        if taken == Taken::No && stage.credentials.len() > 1 {
            return;
        }
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in &stage.credentials {
            match uses.get_mut(name) {
                Some(known) => *known = taken,
                None => drop(uses.insert(name.clone(), taken)),
            }
        }
    }

    /// Each credential that was used, by name.
    #[must_use]
    pub fn told(&self) -> Vec<(String, Taken)> {
        let uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.iter().map(|(name, taken)| (name.clone(), *taken)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::call::{Call, Reply, Task};
    use crate::engine::step::{Done, StepError, Work};
    use crate::model::spinner::{OnFailure, Target};

    struct Does(Effect);

    impl Call for Does {
        fn effect(&self) -> Effect {
            self.0
        }

        fn begin(&self, _: Task, _: Reply) {}
    }

    fn stage(effect: Effect, credentials: &[&str]) -> Stage {
        Stage {
            name: "s".to_owned(),
            kind: "test",
            outcome_key: "tested",
            when: None,
            work: Work::Elsewhere(Box::new(Does(effect))),
            retry: None,
            next: Target::End,
            on_failure: OnFailure::Fail,
            credentials: credentials.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn failed(reason: Reason, strain: Strain) -> Answer {
        Answer::of(Err(StepError { strain, ..StepError::new(reason, Vec::new()) }))
    }

    #[test]
    fn the_last_word_counts_and_only_of_who_was_shown_it() {
        let fine = || Answer::of(Ok(Done::default()));
        let refused = || failed(Reason::HttpStatus, Strain::Refused);
        let uses = Uses::default();
        uses.note(&stage(Effect::Pure, &["script"]), &fine());
        uses.note(&stage(Effect::Once, &[]), &fine());
        uses.note(&stage(Effect::Once, &["a"]), &failed(Reason::Timeout, Strain::None));
        uses.note(&stage(Effect::Once, &["b", "c"]), &refused());
        assert_eq!(uses.told(), []);
        uses.note(&stage(Effect::Idempotent, &["b", "c"]), &fine());
        uses.note(&stage(Effect::Once, &["c"]), &refused());
        uses.note(&stage(Effect::Once, &["d"]), &failed(Reason::Unauthorized, Strain::None));
        uses.note(&stage(Effect::Once, &["d"]), &fine());
        let told = [("b", Taken::Yes), ("c", Taken::No), ("d", Taken::Yes)];
        assert_eq!(uses.told(), told.map(|(name, taken)| (name.to_owned(), taken)));
    }
}
