"""Computes the sizes of renditions in pixels."""

from dataclasses import dataclass

from media.rendering.specs import RenditionSpec

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Placement:
    """How to fit an upright image: scale it to `scaled`, then crop `size` from its centre."""

    scaled: Size
    size: Size

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The crop of the scaled image: left, top, right, bottom."""
        left = (self.scaled[0] - self.size[0]) // 2
        top = (self.scaled[1] - self.size[1]) // 2
        return left, top, left + self.size[0], top + self.size[1]


def place(size: Size, spec: RenditionSpec) -> Placement:
    """Fit an image of this size to a spec, without enlarging it; no side falls below 1."""
    if spec.longest_side is not None:
        scaled = _times(size, min(1.0, spec.longest_side / max(size)))
        return Placement(scaled=scaled, size=scaled)
    box = (spec.width or 1, spec.height or 1)
    cut = _times(box, min(1.0, size[0] / box[0], size[1] / box[1]))
    cover = _times(size, max(cut[0] / size[0], cut[1] / size[1]))
    return Placement(scaled=(max(cover[0], cut[0]), max(cover[1], cut[1])), size=cut)


def _times(size: Size, factor: float) -> Size:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
