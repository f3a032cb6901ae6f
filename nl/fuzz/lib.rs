//! What the fuzz targets do with their bytes; `fuzz_targets` hands it to libFuzzer.

pub mod codec;
pub mod nsrun;
