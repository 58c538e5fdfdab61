// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Just enough SVG for charts: shapes and text. How a shape looks is a class, which the page that
// holds the drawing defines, or its own style sheet.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace curb::drawing {

/// `text` for SVG and HTML.
std::string escape(const std::string& text);

enum class Anchor { start, middle, end };

/// A drawing under construction; coordinates are pixels from the upper left corner.
class Svg {
 public:
  /// `title` is read out to those who cannot see it. `style`: CSS, for a file of its own, whose
  /// paper is then white.
  Svg(double width, double height, const std::string& title, const std::string& style = "");

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

}  // namespace curb::drawing
