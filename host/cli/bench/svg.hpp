// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Just enough SVG for charts: shapes, text, scales. Colours are classes that the page defines.
#pragma once

#include <string>
#include <vector>

namespace curb::cli::bench {

enum class Anchor { start, middle, end };

/// A drawing under construction; coordinates are pixels from the upper left corner.
class Svg {
 public:
  /// `title` is read out to those who cannot see it.
  Svg(double width, double height, const std::string& title);

  void line(double x1, double y1, double x2, double y2, const std::string& style);
  void path(const std::vector<std::pair<double, double>>& points, const std::string& style);
  void circle(double x, double y, double radius, const std::string& style);
  void diamond(double x, double y, double radius, const std::string& style);
  void text(double x, double y, const std::string& text, Anchor anchor = Anchor::start,
            const std::string& style = "label");
  /// Along a vertical axis, read from below.
  void vertical_text(double x, double y, const std::string& text);

  std::string str() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

/// From values to pixels.
class Scale {
 public:
  Scale(double low, double high, double from, double to, bool logarithmic = false);

  double operator()(double value) const;

 private:
  double low_;
  double high_;
  double from_;
  double to_;
  bool logarithmic_;
};

/// Round numbers (1, 2 or 5 times a power of ten) in [low, high], about `wanted` of them.
std::vector<double> round_ticks(double low, double high, int wanted);
/// The same for a logarithmic scale: all 1, 2 and 5 times powers of ten in [low, high].
std::vector<double> logarithmic_ticks(double low, double high);

/// A number for an axis, without needless zeros.
std::string tick_text(double value);

}  // namespace curb::cli::bench
