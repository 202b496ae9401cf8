//! The binary: everything is in the library, so that tests can reach it.

/// Records, requests and answers are made by one thread and freed by another. The system's allocator pays for that with
/// locks: a fifth of what an API call costs.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cxgear::cli::main()
}
