//! `linxuan openapi`: the description of the JSON interface.

use anyhow::Context as _;
use clap::Args;

use crate::commands::Failure;

#[derive(Args, Debug)]
pub(crate) struct Openapi {}

impl Openapi {
    pub(crate) fn run(self) -> Result<(), Failure> {
        say!(
            "{}",
            web::openapi::document()
                .to_pretty_json()
                .context("接口说明不能输出")?
        );
        Ok(())
    }
}
