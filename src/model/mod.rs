//! Values, events and the fold: what everything else is about.
//! Deliberately absent: I/O, the clock, randomness, async, printing.

pub mod address;
pub mod check;
pub mod connection;
pub mod credential;
pub mod document;
pub mod event;
pub mod fingerprint;
pub mod fold;
pub mod id;
pub mod journey;
pub mod literal;
pub mod params;
pub mod payload;
pub mod plan;
pub mod project;
pub mod public;
pub mod reason;
pub mod report;
pub mod seal;
pub mod secrets;
pub mod segment;
pub mod settings;
pub mod spinner;
pub mod status;
pub mod table;
pub mod time;
pub mod tokens;
pub mod usage;
pub mod vault;
