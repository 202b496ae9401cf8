//! Every number that cxgear promises, as ratios inside one run on one machine.
//!
//! `cargo bench` runs all of it. After `cargo bench --bench main --`, `--full` adds memory at 5,000,000 rows, `import`, `run`, `job`, `log`, `function`, `calls`, `outreach` or `start`
//! runs that part alone, and `--rows N`, `--records N` and `--rounds N` make it smaller, for a look only. The lists are kept in
//! `target/tmp/cxgear-bench`.

mod parts;

use anyhow::Result;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    parts::go(&args)
}
