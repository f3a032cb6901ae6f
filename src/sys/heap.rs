//! Memory for a program that lives some milliseconds, or then as little as it can.
//!
//! What the first allocations need comes from one piece that the program begins with: no system
//! call, and few pages to copy when it forks. What does not fit there, or is large, comes from the C
//! library.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Pages that nothing was written to yet take no memory.
const SIZE: usize = 192 * 1024;
/// Larger ones are given back to the kernel when they are free.
const LARGEST: usize = 40 * 1024;

/// Alignment of the piece.
const ALIGN: usize = 4096;

#[repr(align(4096))]
struct Piece(UnsafeCell<[u8; SIZE]>);

// SAFETY: each byte belongs to the one block it was handed out with.
unsafe impl Sync for Piece {}

static PIECE: Piece = Piece(UnsafeCell::new([0; SIZE]));
/// Where the free rest of it begins.
static NEXT: AtomicUsize = AtomicUsize::new(0);
/// Where the part begins that was never handed out, and so is all zeroes.
static FRESH: AtomicUsize = AtomicUsize::new(0);

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

impl Heap {
    fn base() -> *mut u8 {
        PIECE.0.get().cast()
    }

    /// Offset of a block in the piece; `None` when it is none of it.
    fn offset(block: *mut u8) -> Option<usize> {
        block.addr().checked_sub(Self::base().addr()).filter(|offset| *offset < SIZE)
    }

    /// Takes a block from the piece: it, and whether it is all zeroes.
    fn take(layout: Layout) -> Option<(*mut u8, bool)> {
        if layout.size() > LARGEST || layout.align() > ALIGN {
            return None;
        }
        let mut next = NEXT.load(Ordering::Acquire);
        loop {
            // As malloc(3) does, which some count on for bytes too.
            let begin = next.next_multiple_of(layout.align().max(16));
            let end = begin.checked_add(layout.size()).filter(|end| *end <= SIZE)?;
            match NEXT.compare_exchange(next, end, Ordering::AcqRel, Ordering::Acquire) {
                Err(now) => next = now,
                Ok(_) => {
                    let fresh = FRESH.fetch_max(end, Ordering::AcqRel) <= begin;
                    return Some((Self::base().wrapping_add(begin), fresh));
                }
            }
        }
    }

    /// Moves the end of a block of the piece; whether it was the last one, so that this could be.
    fn resize(begin: usize, old: usize, new: usize) -> bool {
        let (end, new_end) = (begin + old, begin.saturating_add(new));
        if new_end > SIZE {
            return false;
        }
        let moved = NEXT.compare_exchange(end, new_end, Ordering::AcqRel, Ordering::Relaxed);
        if moved.is_ok() {
            FRESH.fetch_max(new_end, Ordering::AcqRel);
        }
        moved.is_ok()
    }
}

// SAFETY: blocks of the piece never overlap, because only who moves NEXT from their beginning to
// their end has them; they are aligned as asked up to the piece's own 4096; all others are the C
// library's.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match Heap::take(layout) {
            Some((block, _)) => block,
            // SAFETY: as the caller promises.
            None => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match Heap::take(layout) {
            Some((block, fresh)) => {
                if !fresh {
                    // SAFETY: the block was just taken.
                    unsafe { ptr::write_bytes(block, 0, layout.size()) };
                }
                block
            }
            // SAFETY: as the caller promises.
            None => unsafe { System.alloc_zeroed(layout) },
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match Heap::offset(block) {
            Some(begin) => drop(Heap::resize(begin, layout.size(), 0)),
            // SAFETY: not of the piece, so the C library's.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(begin) = Heap::offset(block) else {
            // SAFETY: not of the piece, so the C library's.
            return unsafe { System.realloc(block, layout, size) };
        };
        if Heap::resize(begin, layout.size(), size) || size <= layout.size() {
            return block;
        }
        // SAFETY: the size is not 0 and does not overflow, as the caller promises; both blocks are
        // valid for as many bytes as are copied, and apart.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size());
                self.dealloc(block, layout);
            }
            new
        }
    }
}
