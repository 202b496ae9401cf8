//! Records whose step is done elsewhere: begun when their intent is in the log, brought back by an answer.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::call::{Call, Task};
use super::record::Machine;
use super::step::Stage;
use crate::model::time::Millis;

/// A record away from the run loop.
pub(super) struct Flight<'p> {
    pub(super) machine: Machine<'p>,
    /// Its place among those that were taken up.
    pub(super) ticket: u64,
    /// The step that it waits for; nothing while it only rests.
    pub(super) stage: Option<&'p Stage>,
}

/// A step that is to be begun once a batch is written.
pub(super) struct Grounded<'p> {
    batch: u64,
    pub(super) id: u64,
    pub(super) call: &'p dyn Call,
    pub(super) task: Task,
}

/// All of them.
#[derive(Default)]
pub(super) struct Flights<'p> {
    next: u64,
    away: HashMap<u64, Flight<'p>>,
    grounded: VecDeque<Grounded<'p>>,
    /// Those that rest before the next try at their step.
    resting: BinaryHeap<Reverse<(Instant, u64)>>,
}

impl<'p> Flights<'p> {
    pub(super) fn len(&self) -> usize {
        self.away.len()
    }

    pub(super) fn add(&mut self, flight: Flight<'p>) -> u64 {
        self.next += 1;
        self.away.insert(self.next, flight);
        self.next
    }

    /// The step waits until the batch is in the log.
    pub(super) fn ground(&mut self, batch: u64, id: u64, call: &'p dyn Call, task: Task) {
        self.grounded.push_back(Grounded { batch, id, call, task });
    }

    /// The next step whose intent is in the log.
    pub(super) fn ready(&mut self, written: u64) -> Option<Grounded<'p>> {
        if self.grounded.front()?.batch <= written { self.grounded.pop_front() } else { None }
    }

    /// Forgets those whose intent was refused: the log does not know them.
    pub(super) fn abandon_grounded(&mut self) {
        for grounded in self.grounded.drain(..) {
            self.away.remove(&grounded.id);
        }
    }

    pub(super) fn has_grounded(&self) -> bool {
        !self.grounded.is_empty()
    }

    pub(super) fn rest(&mut self, flight: Flight<'p>, pause: Millis) {
        let id = self.add(flight);
        self.resting.push(Reverse((Instant::now() + Duration::from_millis(pause.0), id)));
    }

    /// How long until one has rested; nothing when none rests.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.resting.peek().map(|Reverse((due, _))| due.saturating_duration_since(Instant::now()))
    }

    /// One that has rested, or any that rests when the run stops.
    pub(super) fn rested(&mut self, stops: bool) -> Option<Flight<'p>> {
        if !stops && self.wait()? > Duration::ZERO {
            return None;
        }
        let Reverse((_, id)) = self.resting.pop()?;
        self.land(id)
    }

    pub(super) fn land(&mut self, id: u64) -> Option<Flight<'p>> {
        self.away.remove(&id)
    }
}
