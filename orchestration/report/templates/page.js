// Draws every chart from the data beside it. Nothing is fetched; expressions are interpreted, not compiled.
(async () => {
  const config = JSON.parse(document.getElementById("config").textContent);
  const options = {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, config,
    tooltip: { disableDefaultStyle: true },
  };
  for (const place of document.querySelectorAll(".chart")) {
    try {
      const spec = JSON.parse(document.getElementById(place.id + "-data").textContent);
      // A place of its own inside: the library writes its own role and label on the element that it draws in.
      const plot = place.appendChild(document.createElement("div"));
      plot.setAttribute("aria-hidden", "true");
      await vegaEmbed(plot, spec, options);
      place.dataset.drawn = "yes";
    } catch (error) {
      place.textContent = "This chart could not be drawn; the table below has its values.";
      console.error(place.id, error);
    }
  }
  document.documentElement.dataset.drawn = "yes";
})();
