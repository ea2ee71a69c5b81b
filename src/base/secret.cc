#include "base/secret.h"

#include <cstring>

namespace azekura {

void wipe(void* data, std::size_t size) {
  if (data != nullptr && size > 0) explicit_bzero(data, size);
}

Secret::Secret(std::size_t size)
    : data_(size == 0 ? nullptr : new std::uint8_t[size]()), size_(size), capacity_(size) {}

Secret Secret::copy_of(ByteView octets) {
  Secret secret(octets.size());
  if (!octets.empty()) std::memcpy(secret.data_, octets.data(), octets.size());
  return secret;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    clear();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

Secret Secret::clone() const { return copy_of({data_, size_}); }

void Secret::clear() {
  wipe(data_, capacity_);
  delete[] data_;
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void Secret::truncate(std::size_t size) {
  if (size >= size_) return;
  wipe(data_ + size, size_ - size);
  size_ = size;
}

bool Secret::equals(const Secret& other) const {
  if (size_ != other.size_) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    difference = static_cast<std::uint8_t>(difference | (data_[i] ^ other.data_[i]));
  }
  return difference == 0;
}

}  // namespace azekura
