//! Gates: what calls pass on their way out. A gate keeps a pace and a number at once; who is told to wait there makes all
//! wait that come after; and one behind which nobody can be reached is closed for the rest of the run.
//! The rest is counted by a clock that nobody can set.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::call::Gate;
use super::step::{Stage, Strain, Work};

/// So many calls in a row that could not connect close a gate.
const TRIPS: u32 = 5;

/// The rest when one that is too busy does not say how long: this, and twice as long each time.
const BUSY: Duration = Duration::from_secs(1);

/// The longest such rest.
const BUSIEST: Duration = Duration::from_secs(60);

/// The longest that a rest may be asked for.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What a pace may catch up after a pause, so that the grain of the clock costs nothing.
const CATCH_UP: Duration = Duration::from_millis(50);

/// Starts at even distances.
struct Pace {
    every: Duration,
    next: Instant,
}

impl Pace {
    fn of(rate: Option<f64>, now: Instant) -> Option<Pace> {
        let every = Duration::try_from_secs_f64(1.0 / rate?).unwrap_or(PATIENCE);
        Some(Pace { every, next: now })
    }

    fn take(&mut self, now: Instant) {
        self.next = self.next.max(now.checked_sub(CATCH_UP).unwrap_or(now)) + self.every;
    }
}

/// One gate, and who waits at it.
struct Standing {
    gate: Gate,
    pace: Option<Pace>,
    /// Calls under way.
    away: u32,
    /// So many may be, after one was told that it is too busy.
    window: u32,
    /// Nobody passes before.
    shut: Option<Instant>,
    /// So often in a row it was too busy.
    busy: u32,
    /// So often in a row nobody could connect.
    unreachable: u32,
    waiting: VecDeque<u64>,
}

impl Standing {
    fn new(gate: Gate, now: Instant) -> Standing {
        let pace = Pace::of(gate.rate, now);
        let waiting = VecDeque::new();
        Standing { gate, pace, away: 0, window: u32::MAX, shut: None, busy: 0, unreachable: 0, waiting }
    }

    fn is_full(&self) -> bool {
        self.away >= self.gate.concurrency.unwrap_or(u32::MAX).min(self.window)
    }

    /// When the next may pass, as far as time tells.
    fn opens(&self) -> Option<Instant> {
        self.shut.max(self.pace.as_ref().map(|pace| pace.next))
    }

    fn is_open(&self, now: Instant) -> bool {
        !self.is_full() && self.opens().is_none_or(|opens| opens <= now)
    }

    /// A call has come back.
    fn back(&mut self, strain: Strain, now: Instant) {
        self.away = self.away.saturating_sub(1);
        match strain {
            Strain::Unreachable => self.unreachable += 1,
            Strain::None | Strain::Refused => {
                (self.busy, self.unreachable) = (0, 0);
                self.window = self.window.saturating_add(1);
            }
            Strain::Busy(rest) => {
                self.unreachable = 0;
                // Those that left together are told together, and that is once.
                let again = self.shut.is_none_or(|shut| shut <= now);
                self.busy += u32::from(again);
                let usual = BUSY.saturating_mul(1 << self.busy.saturating_sub(1).min(16)).min(BUSIEST);
                let rest = rest.map_or(usual, |rest| Duration::from_millis(rest.0)).min(PATIENCE);
                self.shut = self.shut.max(Some(now + rest));
                if again {
                    self.window = (self.away.saturating_add(1) / 2).max(1);
                }
            }
        }
    }
}

/// All gates of a run.
pub(super) struct Gates {
    gates: Vec<Standing>,
    /// Which one the step of a place passes.
    of: Vec<Option<usize>>,
    /// What all pass, whatever their gate.
    pace: Option<Pace>,
}

impl Gates {
    pub(super) fn new(stages: &[Stage], rate: Option<f64>) -> Gates {
        let now = Instant::now();
        let mut gates: Vec<Standing> = Vec::new();
        let mut place = |gate: Gate| {
            gates.iter().position(|other| other.gate.name == gate.name).unwrap_or_else(|| {
                gates.push(Standing::new(gate, now));
                gates.len() - 1
            })
        };
        let gate = |stage: &Stage| match &stage.work {
            Work::Here(_) => None,
            Work::Elsewhere(call) => call.gate(),
        };
        let of = stages.iter().map(|stage| gate(stage).map(&mut place)).collect();
        Gates { gates, of, pace: Pace::of(rate, now) }
    }

    fn is_open(&self, gate: usize, now: Instant) -> bool {
        self.gates[gate].is_open(now) && self.pace.as_ref().is_none_or(|pace| pace.next <= now)
    }

    fn leave(&mut self, gate: usize, now: Instant) {
        self.gates[gate].away += 1;
        for pace in self.gates[gate].pace.iter_mut().chain(&mut self.pace) {
            pace.take(now);
        }
    }

    /// Whether the step of a place may begin now; if so, it has left.
    pub(super) fn pass(&mut self, place: usize) -> bool {
        let Some(gate) = self.of.get(place).copied().flatten() else { return true };
        let now = Instant::now();
        if !self.gates[gate].waiting.is_empty() || !self.is_open(gate, now) {
            return false;
        }
        self.leave(gate, now);
        true
    }

    /// A flight waits at the gate of a place.
    pub(super) fn wait_at(&mut self, place: usize, id: u64) {
        if let Some(gate) = self.of.get(place).copied().flatten() {
            self.gates[gate].waiting.push_back(id);
        }
    }

    /// The next that waited and may leave; it has left.
    pub(super) fn next(&mut self) -> Option<u64> {
        let now = Instant::now();
        let gate =
            (0..self.gates.len()).find(|&gate| !self.gates[gate].waiting.is_empty() && self.is_open(gate, now))?;
        self.leave(gate, now);
        self.gates[gate].waiting.pop_front()
    }

    /// Anyone who waits: it goes no further.
    pub(super) fn turned_away(&mut self) -> Option<u64> {
        self.gates.iter_mut().find_map(|gate| gate.waiting.pop_front())
    }

    /// How long until somebody may leave, as far as time tells.
    pub(super) fn wait(&self) -> Option<Duration> {
        let now = Instant::now();
        let waiting = self.gates.iter().filter(|gate| !gate.waiting.is_empty() && !gate.is_full());
        let opens = waiting.map(|gate| gate.opens().max(self.pace.as_ref().map(|pace| pace.next)));
        opens.map(|opens| opens.map_or(Duration::ZERO, |opens| opens.saturating_duration_since(now))).min()
    }

    /// The call of a place has come back.
    pub(super) fn back(&mut self, place: usize, strain: Strain) {
        if let Some(gate) = self.of.get(place).copied().flatten() {
            self.gates[gate].back(strain, Instant::now());
        }
    }

    /// The name of a gate behind which nobody can be reached.
    pub(super) fn closed(&self) -> Option<&str> {
        self.gates.iter().find(|gate| gate.unreachable >= TRIPS).map(|gate| gate.gate.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Millis;

    fn gate(rate: Option<f64>, concurrency: Option<u32>) -> (Standing, Instant) {
        let now = Instant::now();
        (Standing::new(Gate { name: "g".to_owned(), rate, concurrency }, now), now)
    }

    #[test]
    fn a_pace_is_even_and_catches_up_little() {
        let now = Instant::now();
        let mut pace = Pace::of(Some(100.0), now).unwrap();
        let later = now + Duration::from_secs(60);
        let passed = std::iter::from_fn(|| (pace.next <= later).then(|| pace.take(later))).count();
        assert_eq!(passed, 6, "what it missed in a minute is not made up for");
        assert!(Pace::of(Some(1e-300), now).is_some() && Pace::of(None, now).is_none());
    }

    #[test]
    fn whoever_is_busy_is_left_alone_by_all_and_asked_by_fewer() {
        let (mut gate, now) = gate(None, None);
        gate.away = 8;
        gate.back(Strain::Busy(Some(Millis(5_000))), now);
        gate.back(Strain::Busy(None), now);
        assert!(!gate.is_open(now + Duration::from_millis(4_999)));
        let open = now + Duration::from_millis(5_000);
        assert_eq!((gate.window, gate.away), (4, 6));
        gate.away = 3;
        assert!(gate.is_open(open));
        gate.away = 4;
        assert!(!gate.is_open(open), "half as many as before");
        gate.back(Strain::None, open);
        assert_eq!((gate.window, gate.busy), (5, 0), "each that succeeds makes room for one more");
    }

    #[test]
    fn it_rests_longer_each_time_and_never_for_ever() {
        let (mut gate, mut now) = gate(None, None);
        let rests: Vec<_> = (0..9)
            .map(|_| {
                gate.back(Strain::Busy(None), now);
                let shut = gate.shut.unwrap();
                let rest = shut - now;
                now = shut;
                rest.as_secs()
            })
            .collect();
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        gate.back(Strain::Busy(Some(Millis(u64::MAX))), now);
        assert_eq!(gate.shut.unwrap() - now, PATIENCE);
    }

    #[test]
    fn a_gate_closes_when_nobody_answers_behind_it() {
        let (mut gate, now) = gate(None, Some(1));
        for _ in 1..TRIPS {
            gate.back(Strain::Unreachable, now);
        }
        gate.back(Strain::Busy(None), now);
        assert_eq!(gate.unreachable, 0, "one that answers is there");
        (0..TRIPS).for_each(|_| gate.back(Strain::Unreachable, now));
        assert!(gate.unreachable >= TRIPS);
    }
}
