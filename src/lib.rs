//! cxgear
pub mod cli;
pub mod engine;
pub mod ingest;
pub mod model;
pub mod steps;
pub mod store;
pub mod ui;
