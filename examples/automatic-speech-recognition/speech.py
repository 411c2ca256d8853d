"""Speech by eSpeak NG, as float32 at 16 kHz."""

import ctypes
import random

import espeakng_loader
import numpy as np
from scipy.signal import resample_poly

RATE = 16_000
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: Speakers to learn from; those of a test are not among them.
VOICES = ("en", "en+m1", "en+m3", "en+m5", "en+f1", "en+f2", "en+f4", "en-us", "en-us+m2", "en-us+f3")
UNHEARD = ("en+m7", "en+f5", "en-us+m4", "en-us+f1")

_SYNCHRONOUS, _RATE, _PITCH, _RANGE = 2, 1, 3, 4
_CALLBACK = ctypes.CFUNCTYPE(
	ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Speaker:
	"""The synthesizer; there is one per process."""

	def __init__(self) -> None:
		self.library = ctypes.CDLL(espeakng_loader.get_library_path())
		data = str(espeakng_loader.get_data_path()).encode()
		self.rate = self.library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
		if self.rate <= 0:
			raise RuntimeError("eSpeak NG does not start")
		self.parts = []
		self.callback = _CALLBACK(self._take)
		self.library.espeak_SetSynthCallback(self.callback)

	def _take(self, samples, count, _events) -> int:
		if samples and count > 0:
			self.parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
		return 0

	def say(self, text: str, voice: str, speed: int, pitch: int) -> np.ndarray:
		"""`text` in a voice; `speed` in words a minute, `pitch` from 0 to 99."""
		if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
			raise ValueError(f"eSpeak NG has no voice {voice}")
		for parameter, value in ((_RATE, speed), (_PITCH, pitch), (_RANGE, 50)):
			self.library.espeak_SetParameter(parameter, value, 0)
		self.parts.clear()
		bytes_ = text.encode()
		self.library.espeak_Synth(bytes_, len(bytes_) + 1, 0, 0, 0, 1, None, None)
		self.library.espeak_Synchronize()
		sound = np.concatenate(self.parts).astype(np.float64) / 32768
		sound = resample_poly(sound, RATE // 50, self.rate // 50)
		loud = np.flatnonzero(np.abs(sound) > 1e-3)
		# Silence of a tenth of a second at most before and after.
		sound = sound[max(loud[0] - 800, 0) : loud[-1] + 800]
		return (np.round(sound * 32767).clip(-32768, 32767) / 32768).astype(np.float32)


def utterances(count: int, voices: tuple[str, ...], most: int, seed: int) -> list:
	"""Sounds and what is said in them: one to `most` digits."""
	speaker, draw, found = Speaker(), random.Random(seed), []
	for _ in range(count):
		words = [draw.choice(WORDS) for _ in range(draw.randint(1, most))]
		sound = speaker.say(
			" ".join(words), draw.choice(voices), draw.randint(170, 240), draw.randint(30, 70)
		)
		found.append((sound, " ".join(words).upper()))
	return found
