//! What leads out of the workspace, or must not be seen in it: the sandbox of scripts, sockets, secrets, providers.
//! Deliberately absent: the store, printing, the environment, any knowledge of jobs, records and steps.

pub mod channel;
pub mod http;
pub mod llm;
pub mod mail;
pub mod meta;
pub mod outbox;
pub mod script;
pub mod sending;
pub mod service;
pub mod storage;
pub mod twilio;
pub mod vault;
