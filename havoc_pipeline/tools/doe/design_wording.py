"""What DESIGN_DOE says of a design in words: sentence, next step, conventions, references."""

from __future__ import annotations

from havoc_pipeline.tools.doe.layout import Layout
from havoc_pipeline.tools.doe.minimum_aberration import REFERENCES as FRACTIONS
from havoc_pipeline.tools.doe.term_tables import CONVENTIONS

REFERENCES = {
    "full": ("Box, Hunter and Hunter (2005), Statistics for Experimenters, chapter 5",),
    "fractional": FRACTIONS,
    "box_behnken": ("Box and Behnken (1960), Technometrics 2, 455-475",),
    "central_composite": (
        "Box and Wilson (1951), J. R. Stat. Soc. B 13, 1-45",
        "Box and Hunter (1957), Ann. Math. Stat. 28, 195-241",
    ),
}
_SHOWS = {
    3: "main effects are mixed with two-factor interactions, so it serves for screening only",
    4: "main effects are clear of two-factor interactions, but those are mixed with each other",
}


def sentence(layout: Layout) -> str:
    """What the design is and what it can show; numbers stand as names of values."""
    size = "{runs} runs" + (" ({center_points} of them centre points)" if layout.center_points else "")
    size += ", every combination {replicates} times," if layout.replicates > 1 else ""
    if layout.design == "box_behnken":
        return f"A Box-Behnken design of {{factors}} factors takes {size} and fits a full quadratic model."
    if layout.design == "central_composite":
        where = "with axial points at ±{axial_distance}"
        return (
            f"A central composite design of {{factors}} factors takes {size} {where} and fits a full quadratic model."
        )
    if layout.design == "full":
        return f"A full factorial of {{factors}} factors takes {size} and shows every main effect and interaction."
    shows = _SHOWS.get(layout.resolution or 5, "main effects and two-factor interactions are clear of each other")
    return f"A two-level fraction of {{factors}} factors takes {size} and has resolution {{resolution}}: {shows}."


def next_step(layout: Layout) -> str:
    """What to do with the design."""
    beyond = " Check that the settings beyond low and high are safe and can be reached." if layout.axial > 1 else ""
    return (
        "Set each factor's low and high value as far apart as is safe, write the run sheet (write_csv), run it in the "
        f"order given, record one response a run, then use FIT_REGRESSION model={layout.model}.{beyond}"
    )


def judged_in(layout: Layout) -> str:
    """Model in which the power is computed: interactions of two-level designs are taken for error."""
    return "quadratic" if layout.model == "quadratic" else "main-effects"


def conventions(layout: Layout, why: str) -> dict[str, str]:
    """Choices in force: of the design, of definitions, of the run order."""
    said = {"coding": "-1 low, +1 high setting, 0 half-way"} | dict(layout.conventions) | CONVENTIONS
    effect = "effect = change from low to high, in error standard deviations"
    said["power"] = f"weakest main effect, {judged_in(layout)} model; {effect}"
    if why:
        said["choice of design"] = why
    if layout.generators:
        said["defining generators"] = layout.generators
    return said | {"run order": "random over all runs, replicates and centre points mixed in"}
