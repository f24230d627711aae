// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/page_assets.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/input_stream.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/text/diagnostic_codes.h"

namespace waypost::survey_page {
namespace {

constexpr size_t kMaxStyle = size_t{1} << 20;

absl::StatusOr<std::string> ReadStyle(const std::string& path) {
  WAYPOST_ASSIGN_OR_RETURN(InputStream stream, InputStream::Open(path));
  bool more = true;
  while (more && stream.Available().size() <= kMaxStyle) {
    WAYPOST_ASSIGN_OR_RETURN(more, stream.Fill());
  }
  if (more) return absl::InvalidArgumentError("a style sheet has at most 1 MiB");
  return std::string(stream.Available());
}

}  // namespace

std::unique_ptr<const PageAssets> PageAssets::Load(const std::string& folder,
                                                   const connectors::SurveyPageConfig& config,
                                                   DiagnosticSink* sink) {
  auto assets = std::make_unique<PageAssets>();
  assets->texts = TextCatalog::Load(folder + "/texts.yaml", config.texts, sink);
  const std::string path = config.style.empty() ? folder + "/style.css" : config.style;
  absl::StatusOr<std::string> style = ReadStyle(path);
  if (!style.ok()) {
    Diagnostic finding;
    finding.location.file = path;
    finding.code = std::string(CodeName(DiagnosticCode::kFileUnreadable));
    finding.message = std::string(style.status().message());
    sink->Add(std::move(finding));
  } else {
    assets->style = *std::move(style);
  }
  return sink->has_errors() ? nullptr : std::move(assets);
}

}  // namespace waypost::survey_page
