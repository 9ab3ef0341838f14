use serde::{Deserialize, Serialize};

const MIB: u64 = 1024 * 1024;

/// How much one table may cost. A roster of 50,000 rows with twenty columns stays well inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the uploaded file.
    pub upload: u64,
    /// Files inside an `.xlsx`.
    pub entries: usize,
    /// Unpacked bytes of one file inside an `.xlsx`.
    pub entry: u64,
    /// Unpacked bytes of all files inside an `.xlsx`.
    pub unpacked: u64,
    /// Most bytes one packed byte may become, once a file inside passes 4 MiB.
    pub ratio: u64,
    /// Highest row number.
    pub rows: u32,
    /// Number of columns.
    pub columns: u16,
    /// Cells that are not empty.
    pub cells: u64,
    /// Characters of one cell (Excel's own limit).
    pub cell: usize,
    /// Address space of the child, bytes.
    pub memory: u64,
    /// Processor time of the child, seconds.
    pub cpu: u64,
    /// Wall-clock time of the child, seconds.
    pub wall: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            upload: 32 * MIB,
            entries: 64,
            entry: 64 * MIB,
            unpacked: 256 * MIB,
            ratio: 100,
            rows: 200_000,
            columns: 256,
            cells: 4_000_000,
            cell: 32_767,
            memory: 768 * MIB,
            cpu: 30,
            wall: 60,
        }
    }
}
