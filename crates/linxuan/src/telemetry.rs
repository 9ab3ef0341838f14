//! Logs: to standard error, in lines for people or in JSON for machines. They carry routes, times
//! and request numbers, never names, numbers of documents or tokens.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// 一行一条，供人阅读
    #[default]
    Text,
    /// 一行一个 JSON 对象，供程序读取
    Json,
}

/// Starts logging at `filter` (such as `info` or `web=debug`).
pub(crate) fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|_| format!("日志级别“{filter}”不能识别。请写成 info 或 web=debug 这样。"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|e| e.to_string())
}
