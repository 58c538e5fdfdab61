// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The report as one HTML page. Series colours are those of Okabe and Ito (2008), which the
// colour-blind can tell apart.
#include <fmt/core.h>

#include "host/cli/bench/report.hpp"
#include "host/drawing/svg.hpp"

namespace curb::cli::bench {
namespace {

using drawing::escape;

constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>curb bench</title>
<style>
:root { --ink: #1c2126; --soft: #66707a; --line: #dfe3e7; --paper: #fff; --accent: #0072b2;
        --warn: #b34700; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --soft: #9aa4ae; --line: #353b42; --paper: #16191d; --accent: #56b4e9;
          --warn: #ff9e52; }
}
body { margin: 2rem auto; max-width: 74rem; padding: 0 1rem; background: var(--paper);
       color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin-bottom: .5rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .3rem; }
p { max-width: 54rem; margin: .3rem 0 .8rem; color: var(--soft); }
ul { padding-left: 1.1rem; color: var(--soft); font-size: 13px; }
.doubt { color: var(--warn); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line);
         white-space: nowrap; }
th { font-weight: 600; }
td.noisy { color: var(--warn); }
svg { max-width: 100%; height: auto; display: block; margin: .6rem 0 1rem; }
svg text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); }
.reference { stroke: var(--soft); stroke-dasharray: 4 3; }
.whisker { stroke: var(--accent); stroke-width: 2; }
.dot { fill: var(--accent); }
.doubtful { fill: var(--paper); stroke: var(--warn); stroke-width: 1.5; }
.predicted { fill: none; stroke: var(--ink); stroke-width: 1.2; }
.roof { stroke: var(--ink); stroke-width: 2; }
.key { fill: var(--soft); stroke: var(--soft); stroke-width: 1.5; }
.mark { fill: var(--colour); stroke: var(--colour); stroke-width: 1.8; }
.hollow { fill: var(--paper); }
.curve { fill: none; stroke: var(--colour); stroke-width: 1.8; }
.gain { stroke: var(--colour); stroke-width: 1; stroke-dasharray: 2 3; }
.series0 { --colour: #0072b2; } .series1 { --colour: #e69f00; } .series2 { --colour: #009e73; }
.series3 { --colour: #cc79a7; } .series4 { --colour: #d55e00; } .series5 { --colour: #56b4e9; }
</style>
</head>
<body>
)";

}  // namespace

std::string to_html(const Report& report) {
  std::string page = kHead;
  page += "<h1>curb bench</h1>\n<ul>\n";
  for (const std::string& line : report.conditions) page += "<li>" + escape(line) + "</li>\n";
  page += "</ul>\n";
  for (const std::string& doubt : report.doubts) {
    page += "<p class=\"doubt\">" + escape(doubt) + "</p>\n";
  }
  page +=
      "<p>Medians, in brackets the quartiles, between which the middle half of the runs lies. What "
      "is compared ran in turn in one process, and every first step was compared with the formulas "
      "in double precision before anything was timed.</p>\n";
  for (const Section& section : report.sections) {
    page += fmt::format("<h2>{}</h2>\n<p>{}</p>\n{}", escape(section.title),
                        escape(section.explanation), section.chart);
    if (section.table.rows.empty()) continue;
    page += "<div class=\"scroll\">\n" + section.table.html() + "</div>\n";
  }
  return page + "</body>\n</html>\n";
}

}  // namespace curb::cli::bench
