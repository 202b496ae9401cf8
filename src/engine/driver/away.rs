//! One record after the other, and many at once: those whose step is done elsewhere go on when its answer comes.

use std::time::Duration;

use super::super::call::{Answer, Call, Task};
use super::super::flights::Flight;
use super::super::record::{Machine, Next};
use super::super::run::Error;
use super::super::step::{Again, Effect, Stage, Strain};
use super::super::writer::Safe;
use super::{Driver, NAP};
use crate::model::id::RecordId;
use crate::model::reason::Reason;
use crate::model::segment::Segment;

impl<'r> Driver<'r, '_, '_> {
    /// Records that have rested long enough, looked at after each commit.
    pub(super) fn take_up_rested(&mut self) -> Result<bool, Error> {
        if !(self.batch.is_empty() && self.turn.is_empty() && self.resting.is_due()) {
            return Ok(true);
        }
        // What rests is read back, so it must be in the log.
        if !self.writer.settle() {
            return Ok(false);
        }
        // One that rests again is not in the log yet, so it is not due in this round, however short its rest.
        let due: Vec<_> = std::iter::from_fn(|| self.resting.pop()).collect();
        for row in due {
            let past = self.past(RecordId { job: self.run.job.id, row })?;
            if !(self.take_up(past)? && self.may_go_on()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Waits for the records that rest or are away, when all others have ended.
    pub(super) fn rest_out(&mut self) -> Result<bool, Error> {
        while self.flights.len() > 0 || self.resting.wait().is_some() {
            let rest = self.resting.wait().filter(|_| self.turn.is_empty()).unwrap_or(NAP).min(NAP);
            if self.flights.len() == 0 && !self.flush() {
                return Ok(false);
            }
            self.turn_round(rest)?;
            self.look_around()?;
            if !(self.may_go_on() && self.take_up_rested()?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs a record until it rests, is away or has ended. False when the run must stop.
    pub(super) fn go(&mut self, machine: Machine<'r>) -> Result<bool, Error> {
        let ticket = self.turn.ticket();
        let went_on = self.go_on(machine, ticket)?;
        // One at a time while it is not known who kills the process; else as many as may be away.
        let most = if self.wary > 0 { 1 } else { self.most };
        self.writer.listen();
        self.take_in()?;
        while self.flights.len() >= most {
            self.turn_round(NAP)?;
            if self.writer.has_stopped() {
                return Ok(false);
            }
        }
        Ok(went_on)
    }

    pub(super) fn go_on(&mut self, mut machine: Machine<'r>, ticket: u64) -> Result<bool, Error> {
        loop {
            match machine.next(self.run.clock.now())? {
                Next::Run(stage, step) => {
                    if self.wary > 0 && !self.mark(&mut machine)? {
                        return Ok(false);
                    }
                    self.run.step(stage, step, &mut machine)?;
                }
                Next::Knock(place) => {
                    if self.gates.pass(place) {
                        machine.pass();
                        continue;
                    }
                    return self.knock(machine, ticket, place);
                }
                Next::Begin(stage, call, task) => return self.away(machine, ticket, stage, call, task),
                Next::Pause(pause) => {
                    self.put(machine.split()?)?;
                    self.flights.rest(Flight { machine, ticket, stage: None }, pause);
                    return Ok(true);
                }
                Next::Rest(rest) => {
                    self.resting.push(machine.scope().record.row, rest);
                    break;
                }
                Next::Ended => break,
            }
        }
        self.wary = self.wary.saturating_sub(1);
        self.in_turn(ticket, machine.seal()?)
    }

    /// The record waits at a gate, before anything of its step is in the log.
    fn knock(&mut self, mut machine: Machine<'r>, ticket: u64, place: usize) -> Result<bool, Error> {
        // Rows are admitted in order, so the first of each must reach the log in order too.
        if machine.has_news() {
            self.put(machine.split()?)?;
        }
        let id = self.flights.add(Flight { machine, ticket, stage: None });
        self.gates.wait_at(place, id);
        Ok(true)
    }

    /// The step is done elsewhere. What it means to do outside is in the log before it is begun.
    pub(super) fn away(
        &mut self,
        mut machine: Machine<'r>,
        ticket: u64,
        stage: &'r Stage,
        call: &'r dyn Call,
        task: Task,
    ) -> Result<bool, Error> {
        // An intent is never only marked: it is waited for until it outlives the machine.
        if self.wary > 0 && call.effect() == Effect::Pure && !self.mark(&mut machine)? {
            return Ok(false);
        }
        // Rows are admitted in order, so the first of each must reach the log in order too, before its step is done.
        if !self.turn.is_kept() && machine.has_news() {
            self.put(machine.split()?)?;
        }
        let id = self.flights.add(Flight { machine, ticket, stage: Some(stage) });
        if call.effect() == Effect::Pure {
            call.begin(task, self.writer.reply(id));
        } else {
            // What was put may have been handed over already.
            let batch = if self.batch.is_empty() { self.writer.next() - 1 } else { self.writer.next() };
            self.flights.ground(batch, id, call, task);
        }
        Ok(true)
    }

    /// Waits a moment for answers and commits, and goes on with what came.
    pub(super) fn turn_round(&mut self, most: Duration) -> Result<(), Error> {
        // Whoever waits for its intent waits for as little as can be: the writer takes what has gathered meanwhile.
        // What was answered does not wait for those that were not: a crash meanwhile must find it in the log.
        if (self.flights.has_grounded() && self.writer.is_idle()) || self.has_lingered() {
            self.flush();
        }
        let wait = [self.flights.wait(), self.gates.wait()].into_iter().flatten().fold(most, Duration::min);
        self.writer.wait(wait);
        self.take_in()
    }

    /// Begins what may begin, and goes on with what was answered or has rested.
    pub(super) fn take_in(&mut self) -> Result<(), Error> {
        if self.writer.has_refused() {
            // What was refused is not in the log, so nothing of it may be begun.
            self.canceled = true;
            self.flights.abandon_grounded();
        }
        while let Some(ready) = self.flights.ready(self.writer.written()) {
            ready.call.begin(ready.task, self.writer.reply(ready.id));
        }
        while let Some((id, mut answer)) = self.writer.answer() {
            let Some(mut flight) = self.flights.land(id) else { continue };
            if let Some(stage) = flight.stage {
                self.came_back(&flight, &mut answer);
                self.run.facts.uses.note(stage, &answer);
                flight.machine.answered(stage, self.run.clock.now(), answer)?;
            }
            self.landed(flight)?;
        }
        while let Some(flight) = self.flights.rested(!self.may_go_on()) {
            self.landed(flight)?;
        }
        self.let_pass()
    }

    /// What an answer says to the gate that its call has passed. Behind one that is closed nothing fails for good.
    fn came_back(&mut self, flight: &Flight<'r>, answer: &mut Answer) {
        let Some(place) = flight.machine.open_step() else { return };
        let strain = answer.result.as_ref().err().map_or(Strain::None, |error| error.strain);
        self.gates.back(place, strain);
        if let Err(error) = &mut answer.result
            && error.strain == Strain::Unreachable
            && error.again != Again::Unknown
            && self.gates.closed().is_some()
        {
            error.again = Again::Later;
        }
    }

    /// Goes on with those that waited at a gate which is open now, or with all of them when the run stops.
    fn let_pass(&mut self) -> Result<(), Error> {
        loop {
            let goes_on = self.may_go_on();
            let id = if goes_on { self.gates.next() } else { self.gates.turned_away() };
            let Some(mut flight) = id.and_then(|id| self.flights.land(id)) else { return Ok(()) };
            if goes_on {
                flight.machine.pass();
            }
            self.landed(flight)?;
        }
    }

    /// A record is back. When the run stops it goes no further than the step that it was in.
    pub(super) fn landed(&mut self, flight: Flight<'r>) -> Result<(), Error> {
        let Flight { mut machine, ticket, .. } = flight;
        if self.may_go_on() || machine.has_ended() {
            self.go_on(machine, ticket)?;
            return Ok(());
        }
        let reason = match self.gates.closed() {
            _ if self.run.interrupt.is_raised() => Some(Reason::Interrupted),
            closed => closed.map(|_| Reason::CircuitOpen),
        };
        if let Some(reason) = reason {
            machine.halt(reason, self.run.clock.now())?;
        }
        if machine.has_news() {
            self.in_turn(ticket, machine.seal()?)?;
        }
        Ok(())
    }

    /// Waits for all that are away: what was begun is brought to its answer.
    pub(super) fn bring_back(&mut self) -> Result<(), Error> {
        while self.flights.len() > 0 && !self.writer.has_stopped() {
            self.turn_round(NAP)?;
        }
        Ok(())
    }

    /// A record's last segment, in the order in which records were taken up where that is kept.
    pub(super) fn in_turn(&mut self, ticket: u64, segment: Segment) -> Result<bool, Error> {
        self.turn.put(ticket, segment);
        let mut went_on = true;
        while let Some(segment) = self.turn.next() {
            went_on = self.put(segment)?;
        }
        Ok(went_on)
    }

    /// Puts on record that the step is about to run, with all that ended before: if it kills the process, the next one
    /// knows which it was. A pure step needs no more than that, so nobody waits for the disk.
    pub(super) fn mark(&mut self, machine: &mut Machine<'_>) -> Result<bool, Error> {
        if machine.has_news() {
            let segment = machine.split()?;
            self.count(&segment);
            self.batch.push(segment);
        }
        let batch = std::mem::take(&mut self.batch);
        let written = self.writer.send(batch, Safe::FromProcess) && self.writer.settle();
        self.canceled |= self.writer.has_refused();
        Ok(written && !self.canceled)
    }
}
