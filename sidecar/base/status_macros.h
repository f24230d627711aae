// SPDX-License-Identifier: Apache-2.0
// The two control-flow macros for absl::Status; the only macros of this kind in the project.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates an absl::Status expression and returns it from the enclosing function unless it is OK.
#define WAYPOST_RETURN_IF_ERROR(expression)                                                      \
  do {                                                                                           \
    if (absl::Status waypost_status = (expression); !waypost_status.ok()) return waypost_status; \
  } while (false)

#define WAYPOST_STATUS_CONCAT_INNER(a, b) a##b
#define WAYPOST_STATUS_CONCAT(a, b) WAYPOST_STATUS_CONCAT_INNER(a, b)

// Evaluates an absl::StatusOr<T> expression; on failure returns its status, otherwise moves the
// value into `declaration` (for example `auto rows` or `member_`).
#define WAYPOST_ASSIGN_OR_RETURN(declaration, expression)                                  \
  WAYPOST_ASSIGN_OR_RETURN_IMPL(WAYPOST_STATUS_CONCAT(waypost_or_, __LINE__), declaration, \
                                expression)

#define WAYPOST_ASSIGN_OR_RETURN_IMPL(temporary, declaration, expression) \
  auto temporary = (expression);                                          \
  if (!temporary.ok()) return std::move(temporary).status();              \
  declaration = *std::move(temporary)
