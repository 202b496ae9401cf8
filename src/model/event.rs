//! The catalogue (EVENTS §3): every type there is, in one enum, with the number it is stored as.

use serde_json::value::RawValue;

use super::connection::Object;
use super::payload::{
    Because, Decision, Facts, JobCreated, JobEnded, LimitExceeded, Message, Nothing, Progress, Queued, RecordEnded,
    RecordRetry, Signal, Sleeping, StepCompleted, StepFailed, StepProgress, StepRetry, StepSkipped, StepStarted,
    StoredFile, ToolInvoked, Waiting,
};
use super::status::{ConnectionStatus, CredentialStatus, JobStatus, RecordStatus, SessionStatus};

mod unwritten;

impl Leads {
    /// The status, as its word.
    #[must_use]
    pub const fn status(self) -> Option<&'static str> {
        match self {
            Leads::Job(status) => Some(status.name()),
            Leads::Record(status) => Some(status.name()),
            Leads::Session(status) => Some(status.name()),
            Leads::Credential(status) => Some(status.name()),
            Leads::Connection(status) => Some(status.name()),
            Leads::Nowhere => None,
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A job.
    Job,
    /// A record, its steps or tools.
    Record,
    /// A thing of the workspace.
    Workspace,
}

/// The status that a type leads to, where it changes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// A job's.
    Job(JobStatus),
    /// A record's.
    Record(RecordStatus),
    /// A session's.
    Session(SessionStatus),
    /// A credential's.
    Credential(CredentialStatus),
    /// An integration's or a channel's.
    Connection(ConnectionStatus),
    /// None.
    Nowhere,
}

macro_rules! catalogue {
    ($($code:literal $name:literal $variant:ident($payload:ty) $subject:ident $leads:expr;)*) => {
        /// A type of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each says its own name; what it carries is documented with its payload")]
        pub enum EventType { $($variant),* }

        impl EventType {
            /// Every type there is.
            pub const ALL: &'static [EventType] = &[$(EventType::$variant),*];

            /// `object.action`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(EventType::$variant => $name),* }
            }

            /// The number it is stored as. Never given to another.
            #[must_use]
            pub const fn code(self) -> u16 {
                match self { $(EventType::$variant => $code),* }
            }

            /// The same number as text.
            pub(super) const fn code_text(self) -> &'static str {
                match self { $(EventType::$variant => stringify!($code)),* }
            }

            /// The type stored as this number.
            #[must_use]
            pub const fn coded(code: u16) -> Option<EventType> {
                match code { $($code => Some(EventType::$variant),)* _ => None }
            }

            /// What it is about.
            #[must_use]
            pub const fn subject(self) -> Subject {
                match self { $(EventType::$variant => Subject::$subject),* }
            }

            /// The status it leads to.
            #[must_use]
            pub const fn leads(self) -> Leads {
                match self { $(EventType::$variant => $leads),* }
            }
        }

        /// One fact, with what it carries.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each says its own name; what it carries is documented with its payload")]
        pub enum Event { $($variant($payload)),* }

        impl Event {
            /// Its type.
            #[must_use]
            pub const fn kind(&self) -> EventType {
                match self { $(Event::$variant(_) => EventType::$variant),* }
            }

            /// Appends what it carries as JSON.
            ///
            /// # Errors
            /// When a value cannot be JSON, such as a number that is not finite.
            pub fn write_payload(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
                match self { $(Event::$variant(payload) => serde_json::to_writer(out, payload)),* }
            }

            /// Reads what a type carries; nothing stored is `{}`.
            ///
            /// # Errors
            /// When the payload is not the type's.
            pub fn read(kind: EventType, payload: Option<&RawValue>) -> serde_json::Result<Event> {
                let text = payload.map_or("{}", RawValue::get);
                Ok(match kind { $(EventType::$variant => Event::$variant(serde_json::from_str(text)?)),* })
            }
        }
    };
}

use Leads::{Connection, Credential, Job, Nowhere, Record, Session};

catalogue! {
    1 "job.created" JobCreated(Box<JobCreated>) Job Job(JobStatus::Created);
    2 "job.queued" JobQueued(Nothing) Job Job(JobStatus::Queued);
    3 "job.started" JobStarted(Nothing) Job Job(JobStatus::Running);
    4 "job.progress" JobProgress(Progress) Job Nowhere;
    5 "job.waiting" JobWaiting(Because) Job Job(JobStatus::Waiting);
    6 "job.stalled" JobStalled(Because) Job Job(JobStatus::Stalled);
    7 "job.resumed" JobResumed(Nothing) Job Job(JobStatus::Running);
    8 "job.limit_exceeded" JobLimitExceeded(LimitExceeded) Job Nowhere;
    9 "job.canceling" JobCanceling(Because) Job Job(JobStatus::Canceling);
    10 "job.canceled" JobCanceled(JobEnded) Job Job(JobStatus::Canceled);
    11 "job.completed" JobCompleted(JobEnded) Job Job(JobStatus::Completed);
    12 "job.failed" JobFailed(JobEnded) Job Job(JobStatus::Failed);

    20 "record.queued" RecordQueued(Queued) Record Record(RecordStatus::Queued);
    21 "record.started" RecordStarted(Nothing) Record Record(RecordStatus::Running);
    22 "record.waiting" RecordWaiting(Waiting) Record Record(RecordStatus::Waiting);
    23 "record.signal_applied" RecordSignalApplied(Signal) Record Nowhere;
    24 "record.input_received" RecordInputReceived(Signal) Record Nowhere;
    25 "record.sleeping" RecordSleeping(Sleeping) Record Record(RecordStatus::Sleeping);
    26 "record.stalled" RecordStalled(Because) Record Record(RecordStatus::Stalled);
    27 "record.resumed" RecordResumed(Because) Record Record(RecordStatus::Queued);
    28 "record.retry_scheduled" RecordRetryScheduled(RecordRetry) Record Record(RecordStatus::Queued);
    29 "record.decision" RecordDecision(Decision) Record Nowhere;
    30 "record.limit_exceeded" RecordLimitExceeded(LimitExceeded) Record Nowhere;
    31 "record.canceling" RecordCanceling(Because) Record Record(RecordStatus::Canceling);
    32 "record.canceled" RecordCanceled(RecordEnded) Record Record(RecordStatus::Canceled);
    33 "record.completed" RecordCompleted(Nothing) Record Record(RecordStatus::Completed);
    34 "record.failed" RecordFailed(RecordEnded) Record Record(RecordStatus::Failed);

    40 "step.started" StepStarted(StepStarted) Record Nowhere;
    41 "step.progress" StepProgress(StepProgress) Record Nowhere;
    42 "step.message" StepMessage(Message) Record Nowhere;
    43 "step.retry_scheduled" StepRetryScheduled(StepRetry) Record Nowhere;
    44 "step.completed" StepCompleted(StepCompleted) Record Nowhere;
    45 "step.failed" StepFailed(StepFailed) Record Nowhere;
    46 "step.skipped" StepSkipped(StepSkipped) Record Nowhere;
    47 "step.canceled" StepCanceled(Because) Record Nowhere;
    50 "tool.invoked" ToolInvoked(ToolInvoked) Record Nowhere;
    51 "storage.created" StorageCreated(StoredFile) Record Nowhere;
    52 "storage.deleted" StorageDeleted(Facts) Record Nowhere;

    60 "project.created" ProjectCreated(Facts) Workspace Nowhere;
    61 "project.updated" ProjectUpdated(Facts) Workspace Nowhere;
    62 "project.deleted" ProjectDeleted(Facts) Workspace Nowhere;
    63 "table.created" TableCreated(Facts) Workspace Nowhere;
    64 "table.imported" TableImported(Facts) Workspace Nowhere;
    65 "table.metadata_configured" TableMetadataConfigured(Facts) Workspace Nowhere;
    66 "table.deleted" TableDeleted(Facts) Workspace Nowhere;
    67 "row.ingested" RowIngested(Facts) Workspace Nowhere;
    68 "spinner.created" SpinnerCreated(Facts) Workspace Nowhere;
    69 "spinner.updated" SpinnerUpdated(Facts) Workspace Nowhere;
    70 "spinner.published" SpinnerPublished(Facts) Workspace Nowhere;
    71 "spinner.deleted" SpinnerDeleted(Facts) Workspace Nowhere;
    72 "job.pruned" JobPruned(Facts) Workspace Nowhere;

    80 "session.queued" SessionQueued(Facts) Workspace Session(SessionStatus::Queued);
    81 "session.running" SessionRunning(Facts) Workspace Session(SessionStatus::Running);
    82 "session.idle" SessionIdle(Facts) Workspace Session(SessionStatus::Idle);
    83 "session.completing" SessionCompleting(Facts) Workspace Session(SessionStatus::Completing);
    84 "session.completed" SessionCompleted(Facts) Workspace Session(SessionStatus::Completed);
    85 "session.failed" SessionFailed(Facts) Workspace Session(SessionStatus::Failed);
    86 "session.replaced" SessionReplaced(Facts) Workspace Nowhere;

    100 "integration.created" IntegrationCreated(Facts) Workspace Connection(ConnectionStatus::Configured);
    101 "integration.updated" IntegrationUpdated(Facts) Workspace Nowhere;
    102 "integration.deleted" IntegrationDeleted(Facts) Workspace Connection(ConnectionStatus::Terminated);
    103 "integration.connecting" IntegrationConnecting(Facts) Workspace Connection(ConnectionStatus::Connecting);
    104 "integration.connected" IntegrationConnected(Facts) Workspace Connection(ConnectionStatus::Connected);
    105 "integration.invalid" IntegrationInvalid(Facts) Workspace Connection(ConnectionStatus::Invalid);
    106 "integration.disconnected" IntegrationDisconnected(Facts) Workspace Connection(ConnectionStatus::Disconnected);
    107 "integration.terminated" IntegrationTerminated(Facts) Workspace Connection(ConnectionStatus::Terminated);
    108 "integration.interaction_required" IntegrationInteractionRequired(Facts) Workspace Connection(ConnectionStatus::InteractionRequired);

    120 "channel.created" ChannelCreated(Facts) Workspace Connection(ConnectionStatus::Configured);
    121 "channel.updated" ChannelUpdated(Facts) Workspace Nowhere;
    122 "channel.deleted" ChannelDeleted(Facts) Workspace Connection(ConnectionStatus::Terminated);
    123 "channel.connecting" ChannelConnecting(Facts) Workspace Connection(ConnectionStatus::Connecting);
    124 "channel.connected" ChannelConnected(Facts) Workspace Connection(ConnectionStatus::Connected);
    125 "channel.invalid" ChannelInvalid(Facts) Workspace Connection(ConnectionStatus::Invalid);
    126 "channel.disconnected" ChannelDisconnected(Facts) Workspace Connection(ConnectionStatus::Disconnected);
    127 "channel.terminated" ChannelTerminated(Facts) Workspace Connection(ConnectionStatus::Terminated);
    128 "channel.interaction_required" ChannelInteractionRequired(Facts) Workspace Connection(ConnectionStatus::InteractionRequired);
    129 "channel.inbound_received" ChannelInboundReceived(Facts) Workspace Nowhere;
    130 "channel.call_state_changed" ChannelCallStateChanged(Facts) Workspace Nowhere;

    140 "credential.created" CredentialCreated(Facts) Workspace Credential(CredentialStatus::Unverified);
    141 "credential.unverified" CredentialUnverified(Facts) Workspace Credential(CredentialStatus::Unverified);
    142 "credential.verified" CredentialVerified(Facts) Workspace Credential(CredentialStatus::Verified);
    143 "credential.invalid" CredentialInvalid(Facts) Workspace Credential(CredentialStatus::Invalid);
    144 "credential.deleted" CredentialDeleted(Facts) Workspace Credential(CredentialStatus::Deleted);

    150 "agent.created" AgentCreated(Facts) Workspace Nowhere;
    151 "agent.updated" AgentUpdated(Facts) Workspace Nowhere;
    152 "agent.deleted" AgentDeleted(Facts) Workspace Nowhere;
    153 "agent.presence_changed" AgentPresenceChanged(Facts) Workspace Nowhere;

    160 "destination.created" DestinationCreated(Facts) Workspace Nowhere;
    161 "destination.activated" DestinationActivated(Facts) Workspace Nowhere;
    162 "destination.deactivated" DestinationDeactivated(Facts) Workspace Nowhere;
    163 "destination.deleted" DestinationDeleted(Facts) Workspace Nowhere;
}

impl Event {
    /// What it says, when it is about a session.
    #[must_use]
    pub fn session(&self) -> Option<&Facts> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these are about a session")]
        match self {
            Event::SessionQueued(facts)
            | Event::SessionRunning(facts)
            | Event::SessionIdle(facts)
            | Event::SessionCompleting(facts)
            | Event::SessionCompleted(facts)
            | Event::SessionFailed(facts) => Some(facts),
            _ => None,
        }
    }

    /// Which of the two it is about and what it says, when it is about an integration or a channel as it is set up.
    #[must_use]
    pub fn connection(&self) -> Option<(Object, &Facts)> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these are about how one is set up")]
        match self {
            Event::IntegrationCreated(facts)
            | Event::IntegrationUpdated(facts)
            | Event::IntegrationDeleted(facts)
            | Event::IntegrationConnecting(facts)
            | Event::IntegrationConnected(facts)
            | Event::IntegrationInvalid(facts)
            | Event::IntegrationDisconnected(facts)
            | Event::IntegrationTerminated(facts)
            | Event::IntegrationInteractionRequired(facts) => Some((Object::Integration, facts)),
            Event::ChannelCreated(facts)
            | Event::ChannelUpdated(facts)
            | Event::ChannelDeleted(facts)
            | Event::ChannelConnecting(facts)
            | Event::ChannelConnected(facts)
            | Event::ChannelInvalid(facts)
            | Event::ChannelDisconnected(facts)
            | Event::ChannelTerminated(facts)
            | Event::ChannelInteractionRequired(facts) => Some((Object::Channel, facts)),
            _ => None,
        }
    }

    /// The name it says, when it is about a credential.
    #[must_use]
    pub fn credential(&self) -> Option<&str> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these are about a credential")]
        match self {
            Event::CredentialCreated(facts)
            | Event::CredentialUnverified(facts)
            | Event::CredentialVerified(facts)
            | Event::CredentialInvalid(facts)
            | Event::CredentialDeleted(facts) => facts.0.get("name")?.as_str(),
            _ => None,
        }
    }
}

impl EventType {
    /// What it is about, as a word: what its name begins with.
    #[must_use]
    pub fn object(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// The type of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<EventType> {
        EventType::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_numbers_are_their_own() {
        let names: HashSet<_> = EventType::ALL.iter().map(|t| t.name()).collect();
        let codes: HashSet<_> = EventType::ALL.iter().map(|t| t.code()).collect();
        assert_eq!(names.len(), EventType::ALL.len());
        assert_eq!(codes.len(), EventType::ALL.len());
        for &kind in EventType::ALL {
            let (object, action) = kind.name().split_once('.').unwrap();
            assert!(object.chars().chain(action.chars()).all(|c| c.is_ascii_lowercase() || c == '_'));
            assert_eq!(EventType::coded(kind.code()), Some(kind));
            assert_eq!(EventType::named(kind.name()), Some(kind));
        }
    }
}
