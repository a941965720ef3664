// What of plotly.js the charts need, and the kinds a next exhibit of this field is likely to: funnel, indicator, heatmap.
// A figure of yet another kind needs its trace here: tests/test_plotly_bundle.py says so.
// plotly.js would fetch a world map from elsewhere, even to draw shapes of our own: here is one without a country.
window.PlotlyGeoAssets = { topojson: { world_110m: { type: "Topology", objects: {}, arcs: [] } } };
const Plotly = require("plotly.js/lib/core");

Plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/funnel"),
  require("plotly.js/lib/heatmap"),
  require("plotly.js/lib/indicator"),
  require("plotly.js/lib/choropleth"),
  require("plotly.js/lib/scattergeo"),
  require("plotly.js/lib/locales/zh-cn"),
]);
// Wherever a chart is drawn without settings of its own: no logo, and no button that posts its data to a cloud.
Plotly.setPlotConfig({ displaylogo: false, showSendToCloud: false, plotlyServerURL: "" });

module.exports = Plotly;
