"""The look of the page: system fonts only, paper and ink, one restrained red."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.themes import Base

SANS = (
    "system-ui",
    "-apple-system",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "sans-serif",
)
MONO = ("ui-monospace", "Consolas", "Noto Sans Mono CJK SC", "monospace")


def theme() -> Base:
    """A Gradio theme that loads no font and follows the palette of page.css."""
    from gradio import themes
    from gradio.themes.utils import colors, fonts, sizes

    red = colors.Color(
        c50="#fbf3f2", c100="#f6e3e1", c200="#ebc5c1", c300="#dd9d97", c400="#c9716a", c500="#b04a45",
        c600="#982f2f", c700="#842628", c800="#6c2022", c900="#521a1c", c950="#341012",
    )  # fmt: skip
    paper = colors.Color(
        c50="#fbfaf7", c100="#f4f2ed", c200="#e5e2da", c300="#cfcbc0", c400="#9d998f", c500="#76726a",
        c600="#5b5851", c700="#403e3a", c800="#26262a", c900="#1b1b1f", c950="#141417",
    )  # fmt: skip
    base = themes.Base(
        primary_hue=red,
        secondary_hue=paper,
        neutral_hue=paper,
        radius_size=sizes.radius_sm,
        font=[fonts.Font(name) for name in SANS],
        font_mono=[fonts.Font(name) for name in MONO],
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="#22211f",
        body_text_color_dark="#e7e4dd",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#b3afa5",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="#b3afa5",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="#cfcbc0",
        block_title_text_weight="500",
        border_color_primary="*neutral_200",
        border_color_primary_dark="#38383e",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_width_dark="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="#4a4a51",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="#a09c93",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover_dark="*neutral_800",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="#4a4a51",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*neutral_800",
    )
