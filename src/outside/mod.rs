//! What leads out of the workspace or must not be seen in it: sockets, secrets, providers.
//! Deliberately absent: the store, printing, and any opinion on what a step is.

pub mod vault;
