//! What reaches beyond the program: the sandbox of scripts, sockets, secrets, providers.
//! Deliberately absent: the store, printing, the environment, any knowledge of jobs and records.

pub mod script;
