//! The real server, asked over HTTP.
//!
//! `bench_server pages [FOLDER]`: every page of the demonstration: its size as it travels, and the
//! first byte at 200 requests a second.
//! `bench_server pool [EXPERTS] [FOLDER]`: lists, searches and funnels over a million synthetic
//! experts, one visitor after the other, beside the log-in page of the same server.
//!
//! `bench_server issue [COUNT] [FOLDER]`: 2,000 applications vetted, their certificates issued and printed in
//! one job by a server that is killed in the middle.
//!
//! A folder that is named is kept and used again. The program must be built beside this one.

mod client;
mod fill;
mod issue;
mod pages;
mod pool;
mod server;

use std::path::PathBuf;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["fill", folder, experts] => fill::fill(&PathBuf::from(folder), experts.parse()?).await,
        ["pages"] => pages::measure(None).await,
        ["pages", folder] => pages::measure(Some(folder.into())).await,
        ["pool"] => pool::measure(1_000_000, None).await,
        ["pool", experts] => pool::measure(experts.parse()?, None).await,
        ["pool", experts, folder] => pool::measure(experts.parse()?, Some(folder.into())).await,
        ["issue"] => issue::measure(2_000, None).await,
        ["issue", count] => issue::measure(count.parse()?, None).await,
        ["issue", count, folder] => issue::measure(count.parse()?, Some(folder.into())).await,
        _ => {
            bail!("bench_server pages [FOLDER] | pool [EXPERTS] [FOLDER] | issue [COUNT] [FOLDER]")
        }
    }
}
