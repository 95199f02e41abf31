#pragma once
#include <string>

#include "hack/localcloud/en/model.h"

// How the objects look in answers. Python's SDK raises on any missing required member, so each of
// the three forms (answer to a create, element of a list, one by id) holds all of its own.
namespace localcloud::en {

Json created_view(const Source& source);
Json item_view(const Instance& instance, const Source& source);
Json detail_view(const Instance& instance, const Source& source);

Json created_view(const Topic& topic);
Json item_view(const Instance& instance, const Topic& topic);
Json detail_view(const Instance& instance, const Topic& topic);

// `secrecy`: what becomes of the values of sensitive headers: "masked", "omitted" or "plain".
Json created_view(const Destination& destination, const std::string& secrecy);
Json item_view(const Instance& instance, const Destination& destination);
Json detail_view(const Instance& instance, const Destination& destination,
                 const std::string& secrecy);

Json item_view(const Instance& instance, const Subscription& subscription);
Json detail_view(const Instance& instance, const Subscription& subscription);

}  // namespace localcloud::en
