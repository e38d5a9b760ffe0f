#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rhc_arm::fuzzing::ids(data));
