//! Links `nl` into a program without a standard library: were std among what it needs, there
//! would be two panic handlers, and this would not compile.
#![no_std]

pub use nl::{Batch, Messages};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
