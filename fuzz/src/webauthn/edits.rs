//! Edits of good bytes, drawn from the input.

/// The most edits that are done: real attacks need two or three.
const MAX: usize = 16;

/// A list of edits. Each is five bytes and what it inserts: the part that it is about, where (two
/// bytes), how many bytes it takes away, how many it puts there, and those.
pub(super) struct Edits<'a>(Vec<Edit<'a>>);

struct Edit<'a> {
    part: u8,
    at: u16,
    remove: u8,
    insert: &'a [u8],
}

impl<'a> Edits<'a> {
    /// Reads them; what is cut off inserts less.
    pub(super) fn read(mut data: &'a [u8]) -> Self {
        let mut edits = Vec::new();
        while let Some((&[part, high, low, remove, length], rest)) = data.split_first_chunk()
            && edits.len() < MAX
        {
            let (insert, rest) = rest.split_at(rest.len().min(length.into()));
            data = rest;
            edits.push(Edit {
                part,
                at: u16::from_be_bytes([high, low]),
                remove,
                insert,
            });
        }
        Self(edits)
    }

    /// Does the edits of one of `parts` parts.
    pub(super) fn apply(&self, part: u8, parts: u8, bytes: &mut Vec<u8>) {
        for edit in self.0.iter().filter(|edit| edit.part % parts == part) {
            let start = usize::from(edit.at) % (bytes.len() + 1);
            let end = bytes.len().min(start + usize::from(edit.remove));
            bytes.splice(start..end, edit.insert.iter().copied());
        }
    }

    /// Whether none is about one of `parts` parts.
    pub(super) fn is_none_of(&self, part: u8, parts: u8) -> bool {
        self.0.iter().all(|edit| edit.part % parts != part)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
