"""Colours of the report: declared once for each series, so that a series looks the same in every figure.

Every colour reads as text on its background (contrast of 4.5 or more). Where two could be taken for each other by an
eye that lacks a cone, lines differ in their dashes too; no chart relies on colour alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

BACKGROUND = ("#ffffff", "#14181d")


@dataclass(frozen=True)
class Series:
    """How one series looks.

    Attributes:
        key: id as the marts have it.
        name: for readers.
        light: colour on the light background.
        dark: colour on the dark one.
        dash: lengths of strokes and gaps of its line; none: solid.
    """

    key: str
    name: str
    light: str
    dark: str
    dash: tuple[int, ...] = ()

    @property
    def variable(self) -> str:
        """Name of its CSS variable; one for each pair of colours, so that no outside name gets into a style."""
        return f"--c{self.light[1:]}"


REGIONS = (
    Series("china", "China", "#c0342c", "#ff8a7a"),
    Series("us", "United States", "#1d5fae", "#6cb0ff"),
    Series("eu", "Europe", "#8a6400", "#f0c24b"),
    Series("other", "Other regions", "#3f7a5c", "#7fcfa6", (6, 3)),
    Series("unknown", "Unknown region", "#6b7078", "#a3a9b2", (2, 3)),
)

ORGANIZATIONS = (
    Series("Qwen", "Qwen", "#5a0fa3", "#b679ff"),
    Series("meta-llama", "Meta", "#0059ff", "#64baf7"),
    Series("deepseek-ai", "DeepSeek", "#8a0f45", "#ff4766"),
    Series("openai", "OpenAI", "#21834b", "#b8ffe0"),
    Series("mistralai", "Mistral", "#b05f0a", "#f2a20d"),
    Series("google", "Google", "#5a3d08", "#ffe0b0"),
    Series("nvidia", "NVIDIA", "#47760b", "#a5d64c", (7, 3)),
    Series("microsoft", "Microsoft", "#7d4f35", "#d6a585", (7, 3)),
    Series("zai-org", "Z.ai", "#007185", "#4fd3e6", (7, 3)),
    Series("moonshotai", "Moonshot", "#23282f", "#e8ebef", (7, 3)),
    Series("MiniMaxAI", "MiniMax", "#9c27b0", "#e79bf5", (7, 2, 2, 2)),
    Series("allenai", "Ai2", "#a8326b", "#f2a0c4", (2, 2)),
    Series("ibm-granite", "IBM Granite", "#3b5f94", "#9dbbe6", (2, 2)),
)

OPENNESS = (
    Series("open", "Open models", "#0a7558", "#45cfa5"),
    Series("closed", "Closed models", "#23282f", "#e8ebef", (2, 3)),
)

MEASURES = (
    Series("new_downloads by model", "New downloads, models", "#4b5563", "#c3cad4"),
    Series("new_downloads by organization", "New downloads, organisations", "#8a4b08", "#e0a565", (6, 3)),
    Series("cumulative_downloads by organization", "All downloads, organisations", "#0f6b6b", "#5fd0cf", (2, 2)),
    Series("new_derivatives by organization", "New derivatives, organisations", "#8c2f39", "#f19aa3", (7, 2)),
    Series("open_model_tokens by model", "Open-model tokens, models", "#6d28a8", "#cf9df5"),
    Series("open_model_tokens by organization", "Open-model tokens, organisations", "#3d6b1f", "#a4d07f", (1, 3)),
)

BASELINES = (
    Series("median_of_top_10", "Median of the ten largest (January 2026)", "#6b7078", "#a3a9b2", (2, 3)),
    Series("tenth_at_checkpoint", "Tenth at the checkpoint (May 2026)", "#23282f", "#e8ebef"),
)

#: What has no colour of its own: organisations beyond those of the report, and the rest of a whole.
NEUTRAL = Series("", "All others", "#6b7078", "#a3a9b2")

#: Further colours of charts: text, quiet text, grid, and a single measure.
TEXT = Series("text", "", "#1a1d21", "#eceff3")
QUIET = Series("quiet", "", "#5a616b", "#a9b1bc")
GRID = Series("grid", "", "#e3e6ea", "#2c333c")
BAND = Series("band", "", "#5a616c", "#a9b1bd")

DECLARED = (*REGIONS, *ORGANIZATIONS, *OPENNESS, *MEASURES, *BASELINES, NEUTRAL, TEXT, QUIET, GRID, BAND)

_BY_KEY: Mapping[str, Series] = {series.key: series for series in (*REGIONS, *ORGANIZATIONS, *OPENNESS, *MEASURES)}


def series_of(key: str, name: str | None = None) -> Series:
    """The look of a series; one that has none of its own is neutral and keeps its name."""
    return _BY_KEY.get(key) or Series(key, name or key, NEUTRAL.light, NEUTRAL.dark)


@dataclass(frozen=True)
class Ink:
    """What a chart is drawn with.

    Attributes:
        is_page: on the page colours are CSS variables, so that the theme changes without drawing anew, and a chart is
            as wide as its place; a picture has fixed colours, a fixed width and its own legend.
        width: of the plot in a picture, in pixels.
    """

    is_page: bool
    width: int = 860

    def __call__(self, series: Series) -> str:
        """The colour of a series."""
        return f"var({series.variable})" if self.is_page else series.light


def style_variables(theme: int) -> str:
    """The colours as CSS declarations; 0 is the light theme, 1 the dark one."""
    colours = {series.variable: (series.light, series.dark)[theme] for series in DECLARED}
    return "".join(f"{name}:{colour};" for name, colour in sorted(colours.items()))
