//! R7: a record walks the steps in their order, changed only by what the log says, and completes at the end of its way.

use super::Entry;
use crate::model::event::Event;
use crate::model::fold::OpenStep;
use crate::model::payload::StepName;
use crate::model::spinner::Target;

/// Where a record may go on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Path {
    /// Nothing is known before it is queued.
    next: Option<Target>,
    start: Option<Target>,
}

impl Path {
    /// Takes in an event, as it was before and after it; what is wrong with it. `ways` says where each step leads.
    pub(super) fn walk(
        &mut self,
        entry: &Entry,
        before: Option<OpenStep>,
        after: Option<OpenStep>,
        ways: &[Target],
        steps: &[StepName],
    ) -> Option<String> {
        let after_step = |index: u32| ways.get(index as usize).copied();
        let named = |name: &str| steps.iter().position(|step| step.name == name).map_or(Target::End, Target::Step);
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other type leads anywhere")]
        match &entry.event {
            Event::RecordQueued(queued) => {
                let first = Target::Step(0);
                let carried =
                    |carried: &crate::model::payload::Carried| carried.at.as_deref().map_or(Target::End, named);
                self.start = Some(queued.carried.as_ref().map_or(first, carried));
                self.next = self.start;
            }
            // A further try at the same step goes nowhere.
            Event::StepStarted(started) if after.is_none_or(|open| open.attempt == 1) => {
                return self.reach(started.step_index, steps);
            }
            Event::StepSkipped(skipped) => {
                let wrong = self.reach(skipped.step_index, steps);
                self.next = after_step(skipped.step_index);
                return wrong;
            }
            Event::StepCompleted(_) | Event::StepFailed(_) => {
                self.next = before.and_then(|open| after_step(open.index))
            }
            Event::RecordDecision(decision) => {
                self.next = Some(decision.next_step.as_deref().map_or(Target::End, named));
            }
            Event::RecordRetryScheduled(retry) => self.next = retry.at.as_deref().map(named).or(self.start),
            Event::RecordCompleted(_) => {
                if let Some(Target::Step(place)) = self.next {
                    return Some(format!("it completed before step {}", name(place, steps)));
                }
            }
            _ => {}
        }
        None
    }

    fn reach(&self, index: u32, steps: &[StepName]) -> Option<String> {
        let expected = match self.next {
            None => return None,
            Some(Target::Step(place)) if place == index as usize => return None,
            Some(Target::Step(place)) => format!("step {}", name(place, steps)),
            Some(Target::End) => "its end".to_owned(),
        };
        Some(format!("step {} where {expected} comes next", name(index as usize, steps)))
    }
}

fn name(place: usize, steps: &[StepName]) -> String {
    steps.get(place).map_or_else(|| place.to_string(), |step| format!("`{}`", step.name))
}
