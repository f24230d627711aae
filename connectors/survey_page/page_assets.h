// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "connectors/engine/survey_config.h"
#include "connectors/survey_page/page_texts.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::survey_page {

// What the pages are made of. Immutable; thread-safe.
struct PageAssets {
  std::unique_ptr<const TextCatalog> texts;
  std::string style;

  // From the folder that comes with the program (connectors/survey_page/assets), and what the
  // configuration names beside it. On failure returns nullptr and adds at least one error.
  static std::unique_ptr<const PageAssets> Load(const std::string& folder,
                                                const connectors::SurveyPageConfig& config,
                                                DiagnosticSink* sink);
};

}  // namespace waypost::survey_page
