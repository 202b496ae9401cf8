//! The tables of EVENTS §6, a line each.

use serde_json::{Map, Value};

use super::Sense::{Near, Same};
use super::run::{
    awaiting, created, decision, failed, intent, limit, progress, retried, signal, succeeded, tool, transition, turn,
};
use super::task_run::{connection, job, named, record, session, storage};
use super::{Counterpart, Form, Product, Retold, Sense};
use crate::model::event::EventType as E;

type Object = Map<String, Value>;
type Fits = fn(&Object) -> bool;
type Tell = fn(&Retold<'_>) -> Object;

const fn task_run(name: &'static str, ours: E, sense: Sense, tell: Tell, note: &'static str) -> Counterpart {
    Counterpart { form: Form::TaskRun, name, ours, sense, note, fits: always, tell }
}

const fn run(name: &'static str, ours: E, sense: Sense, tell: Tell, note: &'static str) -> Counterpart {
    Counterpart { form: Form::Run, name, ours, sense, note, fits: always, tell }
}

/// The same for some of our events only.
const fn only(fits: Fits, row: Counterpart) -> Counterpart {
    Counterpart { fits, ..row }
}

fn always(_: &Object) -> bool {
    true
}

fn says(object: &Object, key: &str, word: &str) -> bool {
    object.get(key).and_then(Value::as_str) == Some(word)
}

fn waits_for(value: &Object, kind: &str) -> bool {
    value.get("wait").and_then(Value::as_object).is_some_and(|wait| says(wait, "kind", kind))
}

fn approval(value: &Object) -> bool {
    waits_for(value, "approval")
}

fn input(value: &Object) -> bool {
    waits_for(value, "input")
}

/// A job waits without a reason when all that is left of it waits.
fn calmly(value: &Object) -> bool {
    value.get("reason_code").is_none_or(Value::is_null)
}

fn with_intent(value: &Object) -> bool {
    value.contains_key("intent")
}

fn fatal(value: &Object) -> bool {
    says(value, "outcome", "fail_record")
}

const USE_CASE: &str = "their agent holds a use case, as a project does; our agents are people";
const SOURCE: &str = "their source is what an integration reaches";
const TASK: &str = "their task is what a spinner says; a version is `spinner.published`, which they do not have";
const ROLLED_UP: &str = "the workflow run of all records: the job";

/// Every name of theirs that an event of ours has.
pub const COUNTERPARTS: &[Counterpart] = &[
    task_run("agent.created", E::ProjectCreated, Near, named, USE_CASE),
    task_run("agent.updated", E::ProjectUpdated, Near, named, USE_CASE),
    task_run("agent.deleted", E::ProjectDeleted, Near, named, USE_CASE),
    task_run("source.created", E::IntegrationCreated, Near, named, SOURCE),
    task_run("source.updated", E::IntegrationUpdated, Near, named, SOURCE),
    task_run("source.deleted", E::IntegrationDeleted, Near, named, SOURCE),
    task_run("connection.connecting", E::IntegrationConnecting, Same, connection, ""),
    task_run("connection.connected", E::IntegrationConnected, Same, connection, ""),
    task_run("connection.invalid", E::IntegrationInvalid, Same, connection, ""),
    task_run("connection.disconnected", E::IntegrationDisconnected, Same, connection, ""),
    task_run("connection.terminated", E::IntegrationTerminated, Same, connection, ""),
    task_run("connection.interaction_required", E::IntegrationInteractionRequired, Same, connection, ""),
    task_run("connection.connecting", E::ChannelConnecting, Same, connection, ""),
    task_run("connection.connected", E::ChannelConnected, Same, connection, ""),
    task_run("connection.invalid", E::ChannelInvalid, Same, connection, ""),
    task_run("connection.disconnected", E::ChannelDisconnected, Same, connection, ""),
    task_run("connection.terminated", E::ChannelTerminated, Same, connection, ""),
    task_run("connection.interaction_required", E::ChannelInteractionRequired, Same, connection, ""),
    task_run("credential.created", E::CredentialCreated, Same, named, ""),
    task_run("credential.unverified", E::CredentialUnverified, Same, named, ""),
    task_run("credential.verified", E::CredentialVerified, Same, named, "verified by its first real use"),
    task_run("credential.invalid", E::CredentialInvalid, Same, named, ""),
    task_run("credential.deleted", E::CredentialDeleted, Same, named, ""),
    task_run("session.queued", E::SessionQueued, Same, session, ""),
    task_run("session.running", E::SessionRunning, Same, session, ""),
    task_run("session.idle", E::SessionIdle, Same, session, ""),
    task_run("session.completing", E::SessionCompleting, Same, session, ""),
    task_run("session.completed", E::SessionCompleted, Same, session, ""),
    task_run("session.failed", E::SessionFailed, Same, session, "written by the next process, which finds it dead"),
    task_run("task.created", E::SpinnerCreated, Near, named, TASK),
    task_run("task.updated", E::SpinnerUpdated, Near, named, TASK),
    task_run("task.deleted", E::SpinnerDeleted, Near, named, TASK),
    task_run("task_run.queued", E::RecordQueued, Same, record, ""),
    task_run("task_run.running", E::RecordStarted, Same, record, ""),
    task_run("task_run.completed", E::RecordCompleted, Same, record, ""),
    task_run("task_run.failed", E::RecordFailed, Same, record, ""),
    task_run("task_run.canceling", E::RecordCanceling, Same, record, ""),
    task_run("task_run.canceled", E::RecordCanceled, Same, record, ""),
    only(approval, task_run("task_run.pending", E::RecordWaiting, Near, record, "when an approval is awaited")),
    only(input, task_run("task_run.interaction_required", E::RecordWaiting, Same, record, "when input is awaited")),
    task_run("storage.created", E::StorageCreated, Same, storage, ""),
    task_run("storage.deleted", E::StorageDeleted, Same, storage, ""),
    task_run("workflow_run.queued", E::JobQueued, Near, job, ROLLED_UP),
    task_run("workflow_run.running", E::JobStarted, Near, job, ROLLED_UP),
    task_run("workflow_run.running", E::JobResumed, Near, job, ROLLED_UP),
    task_run("workflow_run.completed", E::JobCompleted, Near, job, "with failed records too; `result` tells"),
    task_run("workflow_run.failed", E::JobFailed, Near, job, ROLLED_UP),
    task_run("workflow_run.canceled", E::JobCanceled, Near, job, ROLLED_UP),
    only(
        calmly,
        task_run(
            "workflow_run.interaction_required",
            E::JobWaiting,
            Near,
            job,
            "all that is left waits, if for a clock",
        ),
    ),
    task_run("workflow_run.sleeping", E::RecordSleeping, Same, record, "one record sleeps; the id is the record's"),
    task_run("event_destination.activated", E::DestinationActivated, Same, named, ""),
    task_run("event_destination.deactivated", E::DestinationDeactivated, Same, named, ""),
    run("run.created", E::RecordQueued, Same, created, "`params` is their `input`"),
    run("run.worker.started", E::RecordStarted, Same, transition, ""),
    run("run.worker.succeeded", E::RecordCompleted, Same, transition, ""),
    run("run.worker.failed", E::RecordFailed, Same, transition, ""),
    run("run.worker.stalled", E::RecordStalled, Same, transition, ""),
    run("run.worker.retry_scheduled", E::RecordRetryScheduled, Same, transition, ""),
    run("run.resumed", E::RecordResumed, Same, turn, ""),
    run("run.cancelled", E::RecordCanceled, Same, turn, ""),
    run("run.limit_exceeded", E::RecordLimitExceeded, Near, limit, "not terminal: `run.worker.failed` follows"),
    run("step.progress", E::StepProgress, Same, progress, "deltas only with `keep_deltas`"),
    only(with_intent, run("step.progress", E::StepStarted, Same, intent, "when it reaches outside: the intent")),
    run("step.done", E::StepCompleted, Same, succeeded, "`succeeded`"),
    run("step.done", E::StepRetryScheduled, Same, retried, "`retry_step`"),
    only(fatal, run("step.done", E::StepFailed, Same, failed, "`fail_run`, when it ends the record")),
    run("run.tool.invoked", E::ToolInvoked, Same, tool, ""),
    run("run.coordination.decision", E::RecordDecision, Near, decision, "no planner, so `replan` never occurs"),
    run("run.awaiting_input", E::RecordWaiting, Same, awaiting, ""),
    run("run.signal_applied", E::RecordSignalApplied, Same, signal, ""),
    run("run.input_received", E::RecordInputReceived, Same, signal, ""),
];

const fn product(area: &'static str, name: &'static str, ours: &'static [E], note: &'static str) -> Product {
    Product { area, name, ours, note }
}

const NOBODY: &str = "one local user: nobody logs in";

/// What the product tells of outside of runs.
pub const PRODUCT: &[Product] = &[
    product("auth", "login", &[], NOBODY),
    product("auth", "logout", &[], NOBODY),
    product("auth", "password reset", &[], "one local user: there is no password"),
    product("auth", "session replaced", &[E::SessionReplaced], "a worker takes over an expired lease"),
    product("billing", "plan change", &[], "nothing is billed here"),
    product("billing", "limit reached", &[E::JobLimitExceeded], "a limit of the job; a full plan refuses the run"),
    product("channels", "OAuth connected", &[E::ChannelConnected], "a channel works for the first time"),
    product("channels", "inbound webhook", &[E::ChannelInboundReceived, E::RowIngested], "what comes in is a row"),
    product("dialler", "presence", &[E::AgentPresenceChanged], "of a person who takes live work"),
    product("dialler", "call state", &[E::ChannelCallStateChanged], "of a voice channel"),
];
