//! How much of everything one request may ask for.
//!
//! They are the same on every worker: a request that one of them answers and another refuses would
//! set honest executors against each other.

/// Bytes of one item's JSON request.
pub const MAX_REQUEST_BYTES: usize = 16 << 20;

/// Bytes of one item's JSON response.
pub const MAX_RESPONSE_BYTES: usize = 8 << 20;

/// Bytes of a text, before it becomes tokens.
pub const MAX_TEXT_BYTES: usize = 1 << 18;

/// Texts of one item, where a task takes several.
pub const MAX_TEXTS: usize = 64;

/// Tokens of a text, whatever the model could take.
pub const MAX_TOKENS: usize = 32_768;

/// Tokens that one request may have generated.
pub const MAX_NEW_TOKENS: usize = 4096;

/// Strings that may stop a generation.
pub const MAX_STOP_STRINGS: usize = 16;

/// Pixels of an image that is sent; its header is looked at before anything is decoded.
pub const MAX_IMAGE_PIXELS: u64 = 1 << 25;

/// Samples of audio: two minutes at 16 kHz.
pub const MAX_AUDIO_SAMPLES: usize = 120 * 16_000;

/// Steps of a diffusion.
pub const MAX_DIFFUSION_STEPS: usize = 150;

/// Width or height of a generated image, in pixels.
pub const MAX_IMAGE_SIDE: usize = 2048;

/// Items that go through a graph together.
pub const MAX_BATCH_ROWS: usize = 32;

/// Elements of a batch: rows × longest row, counted in tokens.
pub const MAX_BATCH_TOKENS: usize = 16_384;

/// Samples of a batch of recordings.
pub const MAX_BATCH_SAMPLES: usize = 4 * MAX_AUDIO_SAMPLES;

/// Pixels of a batch of images, after they were scaled for the model.
pub const MAX_BATCH_PIXELS: usize = 1 << 22;

/// Images that are generated together.
pub const MAX_BATCH_IMAGES: usize = 4;
